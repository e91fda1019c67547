//! Authorities, changes that wait, parameters.
