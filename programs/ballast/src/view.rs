//! What `view_margin` returns: a head and a page of underlyings, at most 1,024 bytes together.

use ballast_risk::{QuoteNative, Requirements, RiskError, Underlying, margin::UnderlyingRisk};
use bytemuck::{Pod, Zeroable};

/// Underlyings on a page.
pub const VIEW_PAGE: usize = 10;

/// Most bytes that an instruction can return.
const MAX_RETURN_DATA: usize = 1_024;

const _: () =
    assert!(core::mem::size_of::<MarginView>() + VIEW_PAGE * core::mem::size_of::<UnderlyingView>() <= MAX_RETURN_DATA);

/// The totals of an account, in quote-native.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct MarginView {
    /// Equity for maintenance and liquidation.
    pub equity: i64,
    /// Equity that counts for new risk.
    pub initial_equity: i64,
    /// Equity that counts for withdrawals.
    pub withdraw_equity: i64,
    /// Scanning risk after product groups.
    pub scan: i64,
    /// Calendar charges.
    pub calendar: i64,
    /// Concentration charges.
    pub concentration: i64,
    /// Haircuts.
    pub haircut: i64,
    /// Order margin.
    pub order_margin: i64,
    /// Maintenance margin.
    pub maintenance: i64,
    /// Initial margin.
    pub initial: i64,
    /// What initial margin adds to scanning risk while the scan range rises.
    pub surcharge: i64,
    /// What the minimum for short options asks beyond the other charges.
    pub short_minimum: i64,
    /// What interest runs on: cash and unpaid variation margin owed.
    pub owed: i64,
    /// Interest due: accrued, and what runs since.
    pub interest: i64,
    /// What initial margin adds because the arrays of options are not of the present price.
    pub drift: i64,
    /// What maintenance margin adds because a part of the book is settled within a day.
    pub expiry: i64,
    /// The same of what initial margin is a ratio of.
    pub expiry_initial: i64,
    /// What owed cash is measured by: tokens, and profits that count.
    pub backing: i64,
    /// The chain's time of these figures, in seconds: interest and options change with it.
    pub time: i64,
    /// Underlyings that follow.
    pub count: u16,
    /// Where the next page begins; 0 if this is the last.
    pub next: u16,
    /// Reserved, zero.
    pub reserved: u32,
}

impl MarginView {
    /// The head of a page.
    pub fn new(r: &Requirements, interest: QuoteNative, time: i64, count: u16, next: u16) -> Self {
        Self {
            equity: r.equity.get(),
            initial_equity: r.initial_equity.get(),
            withdraw_equity: r.withdraw_equity.get(),
            scan: r.scan.get(),
            calendar: r.calendar.get(),
            concentration: r.concentration.get(),
            haircut: r.haircut.get(),
            order_margin: r.order_margin.get(),
            maintenance: r.maintenance.get(),
            initial: r.initial.get(),
            surcharge: r.surcharge.get(),
            short_minimum: r.short_minimum.get(),
            owed: r.owed().get(),
            interest: interest.get(),
            drift: r.drift.get(),
            expiry: r.expiry.get(),
            expiry_initial: r.expiry_initial.get(),
            backing: r.backing.get(),
            time,
            count,
            next,
            reserved: 0,
        }
    }
}

/// One underlying of an account. Values in quote-native.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct UnderlyingView {
    /// Net delta in units, tokens included.
    pub delta: i64,
    /// Profit and loss of the positions.
    pub pnl: i64,
    /// Value of the tokens.
    pub token_value: i64,
    /// Scanning risk of this underlying alone.
    pub scan: i64,
    /// Calendar and concentration charges, short option minimum and haircut.
    pub add_on: i64,
    /// Order margin.
    pub order_margin: i64,
    /// Price of a delta unit, scaled.
    pub price: i64,
    /// When it was published, seconds.
    pub publish_time: i64,
    /// The underlying.
    pub underlying: u16,
    /// Reserved, zero.
    pub reserved: [u16; 3],
}

impl UnderlyingView {
    /// The view of an underlying's contribution.
    pub fn new(u: &Underlying, r: &UnderlyingRisk) -> Result<Self, RiskError> {
        Ok(Self {
            delta: r.delta,
            pnl: r.pnl.get(),
            token_value: r.token_value.get(),
            scan: r.scan.get(),
            add_on: r.add_on()?.get(),
            order_margin: r.order_margin.get(),
            price: u.price.get(),
            publish_time: u.publish_time,
            underlying: u.index,
            reserved: [0; 3],
        })
    }
}
