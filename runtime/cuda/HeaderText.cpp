// Embeds the joined header; GENFUSE_CUDA_HEADER is its path, given by CMake.
#include "HeaderText.h"
#include <cstddef>

asm(".pushsection .rodata\n"
    ".global genfuse_cuda_header\n.hidden genfuse_cuda_header\ngenfuse_cuda_header:\n"
    ".incbin \"" GENFUSE_CUDA_HEADER "\"\n"
    "1:\n"
    ".byte 0\n"
    ".balign 8\n"
    ".global genfuse_cuda_header_size\n.hidden genfuse_cuda_header_size\ngenfuse_cuda_header_size:\n"
    ".quad 1b - genfuse_cuda_header\n"
    ".popsection\n");

extern "C" {
extern const char genfuse_cuda_header[];
extern const std::size_t genfuse_cuda_header_size;
}

std::string_view genfuse::cuda::headerText() { return {genfuse_cuda_header, genfuse_cuda_header_size}; }
