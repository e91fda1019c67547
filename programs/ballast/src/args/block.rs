//! Arguments of block trades.

args! {
    /// A leg of a block trade, from the first account's side.
    LegArgs {
        /// Lots, positive bought, negative sold.
        lots: i64,
        /// Price, ticks.
        price: i64,
        /// The instrument.
        instrument: u16,
    }
}
