//! The entry points, in the order of [`instruction::ALL`](crate::instruction::ALL), whose docs they repeat: Anchor's macro takes
//! literals only. `crates/client/tests/instructions.rs` compares both.

use crate::{
    args::*,
    instructions::{self, *},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;
use ballast_risk::{FeeParams, GroupParams, InterestParams, MarginParams, Smile, SurfaceParams};

declare_id!("BaLLastCLearing11111111111111111111111111111");

#[program]
pub mod ballast {
    use super::*;

    // exchange

    /// Makes an exchange: its treasury, quote vault and the first part of its risk board.
    #[discrim = 0]
    pub fn initialize_exchange(ctx: &mut Context<InitializeExchange>, args: ExchangeArgs) -> Result<()> {
        instructions::initialize_exchange(ctx, args)
    }

    /// Grows the risk board by what one instruction may; the last call completes it. Anyone may pay.
    #[discrim = 1]
    pub fn grow_board(ctx: &mut Context<GrowBoard>) -> Result<()> {
        instructions::grow_board(ctx)
    }

    /// Sets the pause bits. The pause authority can only add bits; the admin can also clear them.
    #[discrim = 7]
    pub fn set_pause(ctx: &mut Context<SetPause>, pause: u32) -> Result<()> {
        instructions::set_pause(ctx, pause)
    }

    /// Gives quote currency to the insurance fund.
    #[discrim = 8]
    pub fn fund_insurance(ctx: &mut Context<FundInsurance>, amount: u64) -> Result<()> {
        instructions::fund_insurance(ctx, amount)
    }

    // listing

    /// Names a product group and sets its offset.
    #[discrim = 2]
    pub fn set_product_group(
        ctx: &mut Context<SetProductGroup>,
        group: u8,
        name: [u8; 16],
        params: GroupParams,
    ) -> Result<()> {
        instructions::set_product_group(ctx, group, name, params)
    }

    /// Lists an underlying in the first free slot.
    #[discrim = 3]
    pub fn list_underlying(ctx: &mut Context<ListUnderlying>, args: UnderlyingArgs) -> Result<()> {
        instructions::list_underlying(ctx, args)
    }

    /// Accepts a token as collateral and makes its vault.
    #[discrim = 4]
    pub fn list_collateral(ctx: &mut Context<ListCollateral>, args: CollateralArgs) -> Result<()> {
        instructions::list_collateral(ctx, args)
    }

    /// Lists a perpetual and makes its market.
    #[discrim = 5]
    pub fn list_perpetual(ctx: &mut Context<ListPerpetual>, args: InstrumentArgs) -> Result<()> {
        instructions::list_perpetual(ctx, args)
    }

    /// Lists a dated future and makes its market.
    #[discrim = 21]
    pub fn list_future(ctx: &mut Context<ListFuture>, args: FutureArgs) -> Result<()> {
        instructions::list_future(ctx, args)
    }

    /// Lists a European call or put and makes its market.
    #[discrim = 22]
    pub fn list_option(ctx: &mut Context<ListOption>, args: OptionArgs) -> Result<()> {
        instructions::list_option(ctx, args)
    }

    // surface

    /// Makes the volatility surface of an underlying.
    #[discrim = 23]
    pub fn open_surface(ctx: &mut Context<OpenSurface>, args: SurfaceArgs) -> Result<()> {
        instructions::open_surface(ctx, args)
    }

    /// Changes the parameters of a surface.
    #[discrim = 71]
    pub fn change_surface(ctx: &mut Context<ChangeSurface>, params: SurfaceParams) -> Result<()> {
        instructions::change_surface(ctx, params)
    }

    /// Names who may publish volatilities on a surface.
    #[discrim = 24]
    pub fn set_publishers(ctx: &mut Context<ChangeSurface>, publishers: [[u8; 32]; 5]) -> Result<()> {
        instructions::set_publishers(ctx, publishers)
    }

    /// Adds an expiry to a surface, with the smile that its first publication must be near.
    #[discrim = 25]
    pub fn open_expiry(ctx: &mut Context<ChangeSurface>, expiry: i64, smile: Smile) -> Result<()> {
        instructions::open_expiry(ctx, expiry, smile)
    }

    /// Says what a publisher takes the smile of an expiry to be.
    #[discrim = 26]
    pub fn publish_volatility(ctx: &mut Context<PublishVolatility>, expiry: i64, smile: Smile) -> Result<()> {
        instructions::publish_volatility(ctx, expiry, smile)
    }

    // governance

    /// Proposes an instruction that waits for the timelock: its data to the byte, and the account that it is about where its
    /// data do not say it.
    #[discrim = 43]
    pub fn propose_change(
        ctx: &mut Context<ProposeChange>,
        nonce: u64,
        subject: [u8; 32],
        data: Vec<u8>,
    ) -> Result<()> {
        instructions::propose_change(ctx, nonce, subject, data)
    }

    /// Withdraws a proposal; the rent goes to who paid for it.
    #[discrim = 44]
    pub fn cancel_change(ctx: &mut Context<CancelChange>, nonce: u64) -> Result<()> {
        instructions::cancel_change(ctx, nonce)
    }

    /// Sets how long changes wait. Longer holds at once; shorter waits itself.
    #[discrim = 45]
    pub fn set_timelock(ctx: &mut Context<ChangeExchange>, seconds: u32) -> Result<()> {
        instructions::set_timelock(ctx, seconds)
    }

    /// Nominates somebody for an authority, or nobody.
    #[discrim = 46]
    pub fn nominate_authority(ctx: &mut Context<ChangeExchange>, kind: u8, who: [u8; 32]) -> Result<()> {
        instructions::nominate_authority(ctx, kind, who)
    }

    /// Takes over an authority that the signer was nominated for.
    #[discrim = 47]
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>, kind: u8) -> Result<()> {
        instructions::accept_authority(ctx, kind)
    }

    /// Changes the fees.
    #[discrim = 48]
    pub fn change_fees(ctx: &mut Context<ChangeExchange>, args: FeeParams) -> Result<()> {
        instructions::change_fees(ctx, args)
    }

    /// Changes the margin parameters of the exchange.
    #[discrim = 49]
    pub fn change_margin(ctx: &mut Context<ChangeBoard>, args: MarginParams) -> Result<()> {
        instructions::change_margin(ctx, args)
    }

    /// Changes an underlying.
    #[discrim = 50]
    pub fn change_underlying(ctx: &mut Context<ChangeBoard>, underlying: u16, args: UnderlyingArgs) -> Result<()> {
        instructions::change_underlying(ctx, underlying, args)
    }

    /// Changes the limits of an instrument.
    #[discrim = 51]
    pub fn change_instrument(
        ctx: &mut Context<ChangeInstrument>,
        instrument: u16,
        args: InstrumentChangeArgs,
    ) -> Result<()> {
        instructions::change_instrument(ctx, instrument, args)
    }

    /// Changes the limit and the haircut of a collateral token.
    #[discrim = 52]
    pub fn change_collateral(ctx: &mut Context<ChangeBoard>, args: CollateralChangeArgs) -> Result<()> {
        instructions::change_collateral(ctx, args)
    }

    /// Limits the net outflow of the quote currency or a token.
    #[discrim = 53]
    pub fn set_withdrawal_limit(ctx: &mut Context<SetWithdrawalLimit>, args: WithdrawalLimitArgs) -> Result<()> {
        instructions::set_withdrawal_limit(ctx, args)
    }

    /// Raises the least scan range of an underlying. By the risk authority, at once.
    #[discrim = 56]
    pub fn tighten_underlying(ctx: &mut Context<TightenBoard>, underlying: u16, scan_range: u32) -> Result<()> {
        instructions::tighten_underlying(ctx, underlying, scan_range)
    }

    /// Lowers the limits of an instrument. By the risk authority, at once.
    #[discrim = 57]
    pub fn tighten_instrument(
        ctx: &mut Context<TightenInstrument>,
        instrument: u16,
        args: InstrumentTightenArgs,
    ) -> Result<()> {
        instructions::tighten_instrument(ctx, instrument, args)
    }

    /// Lowers the deposit limit of a token. By the risk authority, at once.
    #[discrim = 58]
    pub fn tighten_collateral(ctx: &mut Context<TightenBoard>, token: u16, deposit_limit: u64) -> Result<()> {
        instructions::tighten_collateral(ctx, token, deposit_limit)
    }

    /// Stops new risk in an underlying for five minutes where a guard of its price is up. Anyone may call.
    #[discrim = 59]
    pub fn trip_breaker(ctx: &mut Context<TripBreaker>, underlying: u16) -> Result<()> {
        instructions::trip_breaker(ctx, underlying)
    }

    /// Takes back raises of the least scan range that have not reached maintenance margin yet. By the admin, at once.
    #[discrim = 61]
    pub fn relax_underlying(ctx: &mut Context<ChangeBoard>, underlying: u16, scan_range: u32) -> Result<()> {
        instructions::relax_underlying(ctx, underlying, scan_range)
    }

    /// Takes back what the risk authority tightened of an instrument in the last twelve hours. By the admin, at once.
    #[discrim = 72]
    pub fn relax_instrument(ctx: &mut Context<ChangeInstrument>, instrument: u16) -> Result<()> {
        instructions::relax_instrument(ctx, instrument)
    }

    // account

    /// Opens a margin account of the signer: for everything, or isolated to one underlying (its index + 1, else 0).
    #[discrim = 9]
    pub fn open_margin_account(
        ctx: &mut Context<OpenMarginAccount>,
        sub_id: u16,
        isolated_underlying: u16,
    ) -> Result<()> {
        instructions::open_margin_account(ctx, sub_id, isolated_underlying)
    }

    /// Closes an empty margin account; the rent goes to its owner.
    #[discrim = 10]
    pub fn close_margin_account(ctx: &mut Context<CloseMarginAccount>) -> Result<()> {
        instructions::close_margin_account(ctx)
    }

    /// Deposits quote currency, which anyone may, or a collateral token, which the owner or a delegate may.
    #[discrim = 11]
    pub fn deposit(ctx: &mut Context<Deposit>, amount: u64) -> Result<()> {
        instructions::deposit(ctx, amount)
    }

    /// Withdraws quote currency or a collateral token, if what is left covers initial margin.
    #[discrim = 12]
    pub fn withdraw(ctx: &mut Context<Withdraw>, amount: u64) -> Result<()> {
        instructions::withdraw(ctx, amount)
    }

    /// Returns the margin of an account as return data, with a page of its underlyings from the given index on.
    #[discrim = 20]
    pub fn view_margin(ctx: &mut Context<ViewMargin>, first_underlying: u16) -> Result<()> {
        instructions::view_margin(ctx, first_underlying)
    }

    /// Gives somebody permissions to act for the owner until a time, changes them, or (with none) takes them away.
    #[discrim = 33]
    pub fn set_delegate(
        ctx: &mut Context<SetDelegate>,
        delegate: [u8; 32],
        permissions: u8,
        expires_at: i64,
    ) -> Result<()> {
        instructions::set_delegate(ctx, delegate, permissions, expires_at)
    }

    /// Moves cash between two accounts of one owner, as if the giving one withdrew it.
    #[discrim = 34]
    pub fn transfer_cash(ctx: &mut Context<TransferCash>, amount: u64) -> Result<()> {
        instructions::transfer_cash(ctx, amount)
    }

    /// Moves lots, signed as the position is, between two accounts of one owner, at what they cost.
    #[discrim = 35]
    pub fn transfer_position(ctx: &mut Context<TransferPosition>, lots: i64) -> Result<()> {
        instructions::transfer_position(ctx, lots)
    }

    // trading

    /// Places an order. Makers' margin accounts are passed as further accounts and settled at once.
    #[discrim = 14]
    pub fn place_order(ctx: &mut Context<Orders>, args: OrderArgs) -> Result<()> {
        instructions::place_order(ctx, args)
    }

    /// Cancels one order.
    #[discrim = 15]
    pub fn cancel_order(ctx: &mut Context<Orders>, handle: u32, sequence: u64) -> Result<()> {
        instructions::cancel_order(ctx, handle, sequence)
    }

    /// Cancels the account's orders in a market, at most so many: bids (0), asks (1) or both (2).
    #[discrim = 16]
    pub fn cancel_all_orders(ctx: &mut Context<Orders>, side: u8, limit: u16) -> Result<()> {
        instructions::cancel_all_orders(ctx, side, limit)
    }

    /// Cancels the newest order that has the owner's number.
    #[discrim = 28]
    pub fn cancel_by_client_id(ctx: &mut Context<Orders>, client_id: u64) -> Result<()> {
        instructions::cancel_by_client_id(ctx, client_id)
    }

    /// Replaces an order by another, with one check over both. One that only becomes smaller keeps its priority.
    #[discrim = 29]
    pub fn replace_order(ctx: &mut Context<Orders>, handle: u32, sequence: u64, args: OrderArgs) -> Result<()> {
        instructions::replace_order(ctx, handle, sequence, args)
    }

    /// Cancels at most 32 orders and then places at most 16 in one market, all or nothing.
    #[discrim = 30]
    pub fn batch_orders(ctx: &mut Context<Orders>, cancels: Vec<CancelArgs>, orders: Vec<OrderArgs>) -> Result<()> {
        instructions::batch_orders(ctx, cancels, orders)
    }

    /// Takes an account's expired orders off the book, and its reduce-only ones that have no position left to reduce, at most
    /// so many. Anyone may call.
    #[discrim = 31]
    pub fn prune_expired(ctx: &mut Context<PruneExpired>, limit: u16) -> Result<()> {
        instructions::prune_expired(ctx, limit)
    }

    // block

    /// Trades up to eight legs between two accounts whose authorities both sign, each account checked once. The markets
    /// follow as further accounts, one a leg.
    #[discrim = 32]
    pub fn block_trade(ctx: &mut Context<BlockTrade>, legs: Vec<LegArgs>, expires_at: i64, nonce: u64) -> Result<()> {
        instructions::block_trade(ctx, legs, expires_at, nonce)
    }

    // market

    /// Makes room for more orders in a market. Anyone may pay.
    #[discrim = 6]
    pub fn grow_market(ctx: &mut Context<GrowMarket>) -> Result<()> {
        instructions::grow_market(ctx)
    }

    /// Puts newer oracle prices of a list of underlyings on the board, with the shocks and marks that follow. Anyone may call.
    #[discrim = 13]
    pub fn refresh_underlyings(ctx: &mut Context<RefreshUnderlyings>, underlyings: Vec<u16>) -> Result<()> {
        instructions::refresh_underlyings(ctx, underlyings)
    }

    /// Moves a market's collected totals into the treasury. Anyone may call.
    #[discrim = 17]
    pub fn sweep(ctx: &mut Context<Sweep>) -> Result<()> {
        instructions::sweep(ctx)
    }

    /// Makes the risk arrays of a list of options of one underlying anew, in ascending order. Anyone may call.
    #[discrim = 27]
    pub fn refresh_options(ctx: &mut Context<RefreshOptions>, instruments: Vec<u16>) -> Result<()> {
        instructions::refresh_options(ctx, instruments)
    }

    /// Samples the premium of a market's impact prices over the index, for its funding and basis. Anyone may call.
    #[discrim = 36]
    pub fn sample_market(ctx: &mut Context<SampleMarket>) -> Result<()> {
        instructions::sample_market(ctx)
    }

    // lending

    /// Brings an account's interest up to date, and counts anew what it lends and owes. Anyone may call.
    #[discrim = 41]
    pub fn accrue_interest(ctx: &mut Context<AccrueInterest>) -> Result<()> {
        instructions::accrue_interest(ctx)
    }

    /// Divides the interest of an epoch that is over among lenders, and sets the borrow rate. Anyone may call.
    #[discrim = 42]
    pub fn update_interest(ctx: &mut Context<UpdateInterest>) -> Result<()> {
        instructions::update_interest(ctx)
    }

    /// Sets the borrow rate's curve, the limit of borrowing, the exchange's part and the length of an epoch.
    #[discrim = 54]
    pub fn set_interest(ctx: &mut Context<SetInterest>, args: InterestParams) -> Result<()> {
        instructions::set_interest(ctx, args)
    }

    // settlement

    /// Takes a print as a sample of an expiry's settlement price. Anyone may call, at any time until the settlement.
    #[discrim = 37]
    pub fn sample_settlement(ctx: &mut Context<SampleSettlement>, underlying: u16, expiry: i64) -> Result<()> {
        instructions::sample_settlement(ctx, underlying, expiry)
    }

    /// Writes what instruments of one expiry pay, in ascending order. Anyone may call after the expiry.
    #[discrim = 38]
    pub fn settle_expiry(ctx: &mut Context<SettleExpiry>, underlying: u16, instruments: Vec<u16>) -> Result<()> {
        instructions::settle_expiry(ctx, underlying, instruments)
    }

    /// Turns an account's position in a settled instrument into cash. Anyone may call.
    #[discrim = 39]
    pub fn settle_position(ctx: &mut Context<SettlePosition>) -> Result<()> {
        instructions::settle_position(ctx)
    }

    /// Takes a settled instrument, in which nobody holds anything, off the board. Anyone may call.
    #[discrim = 40]
    pub fn delist(ctx: &mut Context<Delist>) -> Result<()> {
        instructions::delist(ctx)
    }

    /// Gives a perpetual an expiry; until then it can only be reduced.
    #[discrim = 55]
    pub fn wind_down_perpetual(
        ctx: &mut Context<WindDownPerpetual>,
        instrument: u16,
        generation: u32,
        settles_at: i64,
    ) -> Result<()> {
        instructions::wind_down_perpetual(ctx, instrument, generation, settles_at)
    }

    // liquidation

    /// Takes over one common fraction of positions and tokens of an account below maintenance, at the marks less a discount. The
    /// markets of the positions follow as further accounts.
    #[discrim = 18]
    pub fn liquidate(ctx: &mut Context<Liquidate>, args: LiquidateArgs) -> Result<()> {
        instructions::liquidate(ctx, args)
    }

    /// Has the insurance fund pay the debt of an account that holds nothing else or is seized, and shares what is left among the
    /// other side of what it held and those who lend. Anyone may call.
    #[discrim = 19]
    pub fn resolve_bad_debt(ctx: &mut Context<ResolveBadDebt>) -> Result<()> {
        instructions::resolve_bad_debt(ctx)
    }

    /// Cancels orders of an account below maintenance in one market, the newest first. Anyone may call.
    #[discrim = 62]
    pub fn cancel_liquidatable_orders(ctx: &mut Context<CancelLiquidatableOrders>) -> Result<()> {
        instructions::cancel_liquidatable_orders(ctx)
    }

    /// Takes note that an account is below maintenance, or that it is no longer in default. Anyone may call.
    #[discrim = 66]
    pub fn give_notice(ctx: &mut Context<GiveNotice>) -> Result<()> {
        instructions::give_notice(ctx)
    }

    /// Puts an account into receivership that is far below maintenance, or has had notice for ten minutes. Anyone may call.
    #[discrim = 67]
    pub fn seize(ctx: &mut Context<Seize>) -> Result<()> {
        instructions::seize(ctx)
    }

    /// Gives a seized account back to its owner once it covers initial margin and has repaid the fund. Anyone may call.
    #[discrim = 68]
    pub fn release(ctx: &mut Context<Release>) -> Result<()> {
        instructions::release(ctx)
    }

    /// Winds down a perpetual of which a seized account has held a large part for a day. Anyone may call.
    #[discrim = 69]
    pub fn wind_down_seized(ctx: &mut Context<WindDownSeized>) -> Result<()> {
        instructions::wind_down_seized(ctx)
    }

    /// Closes at most so many lots of a position of an account below maintenance on the order book, at a cost of at most what
    /// a liquidation of them would be, and pays the caller a share of it. The makers' margin accounts follow as further
    /// accounts.
    #[discrim = 70]
    pub fn liquidate_on_book(ctx: &mut Context<LiquidateOnBook>, max_lots: i64) -> Result<()> {
        instructions::liquidate_on_book(ctx, max_lots)
    }
}
