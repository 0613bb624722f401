/* Runs the gradient kernel of the digits model on fixed inputs and prints the bits of its results. Plain C:
 * the same file serves the program that links the object file and the test that runs the JIT. */
#ifndef GENFUSE_TESTS_AOT_DIGITS_RUN_H
#define GENFUSE_TESTS_AOT_DIGITS_RUN_H

#include "runtime/abi.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C"
#endif
    /* Returns the status of the kernel. */
    int32_t
    digits_run(gf_kernel kernel, gf_workspace workspace, FILE *out);

#endif
