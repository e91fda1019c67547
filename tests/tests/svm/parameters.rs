//! Changes of parameters (I316 to I318).
