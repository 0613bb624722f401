// The code of a library as one LLVM module: kernels of all levels, support code, tables and the C ABI.
#pragma once

#include "codegen/aot/Table.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <span>

namespace genfuse::aot {

/// Only the functions that the library's header declares are global symbols of the object.
class LibraryModule {
public:
  /// `levels`: best first.
  LibraryModule(llvm::LLVMContext &context, const std::string &name, const std::vector<std::string> &levels);

  /// Takes the kernel `entry` of a level over, for the operation of that symbol (NAME_OP). Levels come in
  /// order.
  void addKernel(const std::string &symbol, const std::string &entry, const std::string &level,
                 std::unique_ptr<llvm::Module> kernel);

  /// The same for the host code of a CUDA device, which launches kernels of the image `imageSymbol`.
  void addCudaKernel(const std::string &symbol, const std::string &entry, const std::string &imageSymbol,
                     std::unique_ptr<llvm::Module> host);

  /// The device code of all operations.
  void setImage(const std::string &bytes);

  /// The functions of an operation, once its kernels are there. `table`: operationTable.
  void addOperation(const std::string &symbol, const std::vector<int64_t> &table);

  /// A hash of all kernels and of `text`: 32 hexadecimal digits.
  std::string identity(const std::string &text) const;

  /// The object file, with NAME_manifest() and what else the library has once. Throws genfuse::Error.
  std::string finish(const std::string &manifest, unsigned optimisation, bool callsGemm);

  Texts texts;

private:
  llvm::Constant *words(const std::vector<int64_t> &values, const std::string &name);
  llvm::GlobalVariable *constant(llvm::Constant *value, const std::string &name);
  void define(const std::string &name, llvm::Type *result, llvm::ArrayRef<llvm::Type *> parameters,
              const std::string &callee, llvm::Constant *first);
  void takeKernel(const std::string &key, const std::string &entry, const std::string &run,
                  std::unique_ptr<llvm::Module> kernel);
  void defineOperation(const std::string &symbol, llvm::Constant *table, llvm::Constant *image);
  void link(std::span<const unsigned char> bitcode, const char *what);

  std::string name;
  std::vector<std::string> levels;
  llvm::Module module;
  llvm::IRBuilder<> builder;
  llvm::PointerType *pointer;
  llvm::GlobalVariable *library, *allTexts, *image = nullptr; ///< image: null without kernels for CUDA
  std::map<std::string, std::vector<llvm::Constant *>>
      kernels; ///< by operation: {run, workspace} by level; NAME_OP_cuda: one pair
  std::vector<std::string> exported;
};

} // namespace genfuse::aot
