//! Authorities, changes that wait, parameters, the breaker.
