#include "Fiber.h"
#include <cstdint>
#include <new>
#include <sys/mman.h>

#if !defined(__x86_64__)
#error "fibers are switched by assembly, which is written for x86-64 only"
#endif

/// Saves what a call must preserve on the running stack, stores its pointer in *from, and goes on with `to`.
extern "C" void genfuse_fiber_switch(void **from, void *to);
asm(".pushsection .text\n"
    ".type genfuse_fiber_switch, @function\n"
    "genfuse_fiber_switch:\n"
    "  pushq %rbp\n"
    "  pushq %rbx\n"
    "  pushq %r12\n"
    "  pushq %r13\n"
    "  pushq %r14\n"
    "  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n"
    "  popq %r14\n"
    "  popq %r13\n"
    "  popq %r12\n"
    "  popq %rbx\n"
    "  popq %rbp\n"
    "  ret\n"
    ".size genfuse_fiber_switch, . - genfuse_fiber_switch\n"
    ".popsection\n");

namespace genfuse::cuda_host {
namespace {
constexpr std::size_t guard = 4096;
constexpr int saved_registers = 6;
} // namespace

Stacks::~Stacks() {
  for (char *stack : stacks)
    munmap(stack - guard, bytes + guard);
}

char *Stacks::at(std::size_t index) {
  while (stacks.size() <= index) {
    void *memory = mmap(nullptr, bytes + guard, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, guard, PROT_NONE) != 0)
      throw std::bad_alloc();
    stacks.push_back(static_cast<char *>(memory) + guard);
  }
  return stacks[index];
}

bool Stacks::hold(const void *address) const {
  auto *byte = static_cast<const char *>(address);
  for (const char *stack : stacks)
    if (byte >= stack && byte < stack + bytes)
      return true;
  return false;
}

void Fiber::start(char *stack, void (*body)()) {
  // What the switch will pop: registers, then the address of `body`, which finds the stack as if it were
  // called.
  auto *top = reinterpret_cast<std::uint64_t *>(stack + Stacks::bytes) - 2;
  *top = reinterpret_cast<std::uint64_t>(body);
  for (int i = 0; i < saved_registers; ++i)
    *--top = 0;
  own = top;
}

void Fiber::resume() { genfuse_fiber_switch(&caller, own); }
void Fiber::leave() { genfuse_fiber_switch(&own, caller); }

} // namespace genfuse::cuda_host
