// The precompiled header of every room that sees MLIR is made from this unit.
