//! Samples of funding and basis.
