//! Block trades.
