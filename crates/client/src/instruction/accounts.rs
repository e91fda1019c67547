//! Delegates, transfers between accounts of one owner.
