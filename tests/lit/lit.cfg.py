# Text tests: genfuse-opt and FileCheck over .mlir files.
import lit.formats
import os

config.name = "genfuse"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join([config.genfuse_tools, config.llvm_tools, os.environ["PATH"]])
config.substitutions.append(("%source", config.source_root))
config.substitutions.append(("%python", "/usr/bin/python3"))
# The passes up to each stage, as Pipelines.cpp orders them.
differentiate = ("--gen-expand --canonicalize --cse --gen-drop-constants --gen-differentiate --canonicalize "
                 "--gen-merge-sweeps --canonicalize --cse")
config.substitutions.append(("%differentiate", differentiate))
config.substitutions.append(("%fuse32", "--gen-set-real --gen-hoist-invariants --canonicalize --cse"))
