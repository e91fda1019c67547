//! Interest and lending.
