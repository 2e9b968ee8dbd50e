module a
require (
 b/c v1.0.0 // indirect
)
replace b/c => d/e v1.1.0
exclude x v1
