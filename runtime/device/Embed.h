// A file as bytes of the program: symbol[] and symbol_size, 16-byte aligned, hidden in the object.
#pragma once

#define GF_EMBED(symbol, path)                                                                               \
  asm(".pushsection .rodata\n"                                                                               \
      ".balign 16\n"                                                                                         \
      ".global " #symbol "\n.hidden " #symbol "\n" #symbol ":\n"                                             \
      ".incbin \"" path "\"\n"                                                                               \
      "1:\n"                                                                                                 \
      ".balign 8\n"                                                                                          \
      ".global " #symbol "_size\n.hidden " #symbol "_size\n" #symbol "_size:\n"                              \
      ".quad 1b - " #symbol "\n"                                                                             \
      ".popsection\n")
