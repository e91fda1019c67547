//! Events of authorities, the timelock and changes of parameters.

use solana_address::Address;

events! {
    /// An instruction that waits for the timelock was proposed.
    ChangeProposed {
        /// The exchange.
        exchange: Address,
        /// The pending change, which has the instruction's data.
        change: Address,
        /// The account that it is about where its data do not say it.
        subject: Address,
        /// The admin's own number for it.
        nonce: u64,
        /// From when it may be executed, seconds.
        not_before: i64,
        /// Until when, seconds.
        expires_at: i64,
        /// The instruction's discriminator.
        instruction: u8,
    }
    /// A proposal was withdrawn.
    ChangeCancelled {
        /// The exchange.
        exchange: Address,
        /// The pending change.
        change: Address,
        /// The admin's own number for it.
        nonce: u64,
    }
    /// The timelock was set.
    TimelockSet {
        /// The exchange.
        exchange: Address,
        /// Seconds before.
        before: u32,
        /// Seconds now.
        seconds: u32,
    }
    /// Somebody was nominated for an authority.
    AuthorityNominated {
        /// The exchange.
        exchange: Address,
        /// Who; all zero where a nomination was withdrawn.
        who: Address,
        /// Which, see [`crate::args::Authority`].
        kind: u8,
    }
    /// An authority changed hands.
    AuthorityAccepted {
        /// The exchange.
        exchange: Address,
        /// Who had it.
        before: Address,
        /// Who has it.
        who: Address,
        /// Which, see [`crate::args::Authority`].
        kind: u8,
    }
    /// The fees changed.
    FeesChanged {
        /// The exchange.
        exchange: Address,
        /// Most penalty of a maker in one instruction, quote-native.
        maker_penalty: i64,
        /// Taker fee, millionths.
        taker_fee_ppm: u32,
        /// Maker fee, millionths.
        maker_fee_ppm: i32,
        /// Fee of a block trade, millionths.
        block_fee_ppm: u32,
        /// Penalty of a maker, millionths.
        maker_penalty_ppm: u32,
    }
    /// The margin parameters changed.
    MarginChanged {
        /// The exchange.
        exchange: Address,
        /// Dust value, quote-native.
        dust_value: i64,
        /// Initial margin as a multiple of maintenance margin, millionths.
        initial_ratio: u32,
        /// Buffer at which a liquidation stops, millionths.
        liquidation_buffer: u32,
        /// Discount at which it starts, millionths.
        discount_base: u32,
        /// Largest discount, millionths.
        discount_max: u32,
        /// φ, millionths.
        discount_of_freed: u32,
        /// Part that goes to the insurance fund, millionths.
        insurance_share: u32,
        /// Buffer of a margin call, millionths.
        warning_buffer: u32,
        /// Zero.
        reserved: u32,
    }
    /// An underlying changed. The board has all of it.
    UnderlyingChanged {
        /// The exchange.
        exchange: Address,
        /// Id of its first feed.
        feed_id: [u8; 32],
        /// Name.
        name: [u8; 16],
        /// Least scan range before, millionths.
        scan_range_before: u32,
        /// Least scan range now, millionths.
        scan_range: u32,
        /// Its index.
        underlying: u16,
    }
    /// The least scan range of an underlying was raised by the risk authority.
    ScanRangeRaised {
        /// The exchange.
        exchange: Address,
        /// Before, millionths.
        before: u32,
        /// Now, millionths.
        scan_range: u32,
        /// The underlying.
        underlying: u16,
    }
    /// A raise of the least scan range of an underlying was taken back by the admin.
    ScanRangeRelaxed {
        /// The exchange.
        exchange: Address,
        /// Before, millionths.
        before: u32,
        /// Now, millionths.
        scan_range: u32,
        /// The underlying.
        underlying: u16,
    }
    /// An instrument's limits changed.
    InstrumentChanged {
        /// The exchange.
        exchange: Address,
        /// Most lots of one account.
        max_position: i64,
        /// Most lots of either side of the market.
        open_interest_cap: i64,
        /// Smallest value of an order, quote-native.
        min_order_value: i64,
        /// Notional of the impact bid and ask, quote-native.
        impact_notional: i64,
        /// Largest premium of a sample, millionths.
        max_premium: u32,
        /// Seconds over which a premium is paid.
        period: u32,
        /// Farthest that the mark may be from the index, millionths.
        max_basis: u32,
        /// Widest distance of an order from the mark, millionths.
        price_band: u32,
        /// The instrument.
        instrument: u16,
        /// Most resting orders of one account.
        max_orders: u16,
        /// 1 where only reducing trades are allowed.
        reduce_only: u16,
    }
    /// A collateral token's limits changed.
    CollateralChanged {
        /// The exchange.
        exchange: Address,
        /// Its mint.
        mint: Address,
        /// Most that all accounts may deposit, in smallest units.
        deposit_limit: u64,
        /// Haircut, millionths.
        haircut: u32,
        /// Its index.
        token: u16,
    }
    /// The limit on the net outflow of a mint was set.
    WithdrawalLimitSet {
        /// The exchange.
        exchange: Address,
        /// The mint.
        mint: Address,
        /// Most within a window, in smallest units; 0 for no limit.
        limit: u64,
        /// Length of the window, seconds.
        window: u32,
        /// The token's index; `QUOTE_TOKEN` for the quote currency.
        token: u16,
    }
    /// The breaker of an underlying was tripped.
    BreakerTripped {
        /// The exchange.
        exchange: Address,
        /// No new risk before this time, seconds.
        halted_until: i64,
        /// Guards that are up, bits of `ballast_risk::guard::flag`.
        flags: u32,
        /// The underlying.
        underlying: u16,
    }
}

impl InstrumentChanged {
    /// The event of an instrument as it is now.
    pub fn of(exchange: &Address, i: &ballast_risk::Instrument, open_interest_cap: i64) -> Self {
        Self {
            exchange: *exchange,
            max_position: i.max_position.get(),
            open_interest_cap,
            min_order_value: i.min_order_value.get(),
            impact_notional: i.funding.impact_notional.get(),
            max_premium: i.funding.max_premium.get(),
            period: i.funding.period,
            max_basis: i.funding.max_basis.get(),
            price_band: i.price_band.get(),
            instrument: i.index,
            max_orders: i.max_orders,
            reduce_only: u16::from(i.reduce_only),
        }
    }
}

impl CollateralChanged {
    /// The event of a token as it is now.
    pub fn of(exchange: &Address, token: u16, t: &ballast_risk::Token) -> Self {
        Self {
            exchange: *exchange,
            mint: Address::new_from_array(t.mint),
            deposit_limit: t.deposit_limit,
            haircut: t.haircut.get(),
            token,
        }
    }
}
