// A mutex of the C library: std::mutex calls the C++ library where locking fails, and a C program that links
// a generated library has none.
#pragma once
#include <pthread.h>

namespace genfuse::cuda::inline abi2 {

class Mutex {
public:
  void lock() { pthread_mutex_lock(&mutex); } // neither recursive nor robust: it cannot fail
  void unlock() { pthread_mutex_unlock(&mutex); }

private:
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
};

class Lock {
public:
  explicit Lock(Mutex &mutex) : mutex(mutex) { mutex.lock(); }
  ~Lock() { mutex.unlock(); }
  Lock(const Lock &) = delete;
  Lock &operator=(const Lock &) = delete;

private:
  Mutex &mutex;
};

} // namespace genfuse::cuda::inline abi2
