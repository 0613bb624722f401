// All ops of the dialect; each layer has its own file.
include "ir/GenModelOps.td"
include "ir/GenProcedureOps.td"
include "ir/GenCheckedOps.td"
include "ir/GenDerivedOps.td"
include "ir/GenStructuredOps.td"
include "ir/GenTriangularOps.td"
