//! Orders beyond placing and cancelling one.
