//! Events of authorities, the timelock and changes of parameters.

use ballast_risk::{
    FeeParams, FundingParams, InstrumentLimits, MarginParams, TokenParams, UnderlyingParams, WithdrawalLimit,
};
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
        /// The fees.
        fees: FeeParams,
    }
    /// The margin parameters changed.
    MarginChanged {
        /// The exchange.
        exchange: Address,
        /// The parameters.
        params: MarginParams,
    }
    /// An underlying changed. The rest of what it is now is in the instruction's data.
    UnderlyingChanged {
        /// The exchange.
        exchange: Address,
        /// Id of its first feed.
        feed_id: [u8; 32],
        /// Name.
        name: [u8; 16],
        /// Risk parameters before.
        before: UnderlyingParams,
        /// Risk parameters now.
        params: UnderlyingParams,
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
        /// Its limits.
        limits: InstrumentLimits,
        /// Its funding and basis.
        funding: FundingParams,
        /// The instrument.
        instrument: u16,
        /// 1 where only reducing trades are allowed.
        reduce_only: u8,
    }
    /// A collateral token's limits changed.
    CollateralChanged {
        /// The exchange.
        exchange: Address,
        /// Its mint.
        mint: Address,
        /// The parameters.
        params: TokenParams,
        /// Its index.
        token: u16,
    }
    /// The limit on the net outflow of a mint was set.
    WithdrawalLimitSet {
        /// The exchange.
        exchange: Address,
        /// The mint.
        mint: Address,
        /// The limit.
        params: WithdrawalLimit,
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
    pub fn of(exchange: &Address, i: &ballast_risk::Instrument) -> Self {
        Self {
            exchange: *exchange,
            limits: i.limits,
            funding: i.funding,
            instrument: i.index,
            reduce_only: i.reduce_only,
        }
    }
}

impl CollateralChanged {
    /// The event of a token as it is now.
    pub fn of(exchange: &Address, token: u16, t: &ballast_risk::Token) -> Self {
        Self { exchange: *exchange, mint: Address::new_from_array(t.mint), params: t.params, token }
    }
}
