//! Instruments.

use super::list::parameters;
use ballast_units::{Lots, Ppm, QuoteNative, TickValue, UnitsPerLot};

parameters! {
    /// Limits of an instrument.
    InstrumentLimits "Instrument" {
        /// Most lots that one account may hold, with the orders of a side.
        max_position: Lots in 1..=1 << 50, Lots;
        /// Most lots of either side of the market.
        open_interest_cap: Lots in 1..=1 << 55, Lots;
        /// Smallest value of an order, and of what is left of one that rests.
        min_order_value: QuoteNative in 10_000..=1_000_000_000_000, Quote;
        /// Widest distance of an order's price from the mark.
        price_band: Ppm in 1_000..=500_000, Ratio;
        /// Most resting orders of one account.
        max_orders: u16 in 1..=1_024, Count default 64;
    } reserved [u8; 2]
}

parameters! {
    /// What is fixed when an instrument is listed.
    ContractTerms "Instrument, fixed at listing" {
        /// Delta units in one lot; of a dated instrument 30 or more, one for each sample of its settlement price.
        lot_units: UnitsPerLot in 1..=1 << 40, DeltaUnits;
        /// Quote-native per tick and lot.
        tick_value: TickValue in 1..=1 << 40, Quote;
    }
}
