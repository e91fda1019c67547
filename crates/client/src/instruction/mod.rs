//! One builder per instruction of the program.

mod accounts;
mod blocks;
mod funding;
mod governance;
mod interest;
mod orders;
mod settlement;

pub use accounts::*;
pub use blocks::*;
pub use funding::*;
pub use governance::*;
pub use interest::*;
pub use orders::*;
pub use settlement::*;

use crate::{SYSTEM_PROGRAM, TOKEN_PROGRAM, pda::Exchange};
use ballast::args::{
    CollateralArgs, Encode, ExchangeArgs, FutureArgs, InstrumentArgs, OptionArgs, OrderArgs, SmileArgs, SurfaceArgs,
    UnderlyingArgs, tag,
};
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

fn signer(address: &Address) -> AccountMeta {
    AccountMeta::new_readonly(*address, true)
}

fn payer(address: &Address) -> AccountMeta {
    AccountMeta::new(*address, true)
}

fn read(address: &Address) -> AccountMeta {
    AccountMeta::new_readonly(*address, false)
}

fn write(address: &Address) -> AccountMeta {
    AccountMeta::new(*address, false)
}

fn build(tag: u8, accounts: Vec<AccountMeta>, encode: impl FnOnce(&mut Vec<u8>)) -> Instruction {
    let mut data = vec![tag];
    encode(&mut data);
    Instruction { program_id: ballast::ID, accounts, data }
}

/// `initialize_exchange`
pub fn initialize_exchange(from: &Address, admin: &Address, quote_mint: &Address, args: &ExchangeArgs) -> Instruction {
    let e = Exchange::new(args.id);
    let accounts = vec![
        payer(from),
        signer(admin),
        write(&e.address),
        write(&e.treasury),
        write(&e.board),
        read(quote_mint),
        write(&e.vault(quote_mint)),
        read(&TOKEN_PROGRAM),
        read(&SYSTEM_PROGRAM),
    ];
    build(tag::INITIALIZE_EXCHANGE, accounts, |out| args.encode(out))
}

/// `grow_board`
pub fn grow_board(e: &Exchange, from: &Address) -> Instruction {
    let accounts = vec![payer(from), read(&e.address), write(&e.board), read(&SYSTEM_PROGRAM)];
    build(tag::GROW_BOARD, accounts, |_| {})
}

/// `set_product_group`
pub fn set_product_group(e: &Exchange, admin: &Address, group: u8, name: [u8; 16], offset_ppm: u32) -> Instruction {
    build(tag::SET_PRODUCT_GROUP, vec![signer(admin), read(&e.address), write(&e.board)], |out| {
        group.encode(out);
        name.encode(out);
        offset_ppm.encode(out);
    })
}

/// `list_underlying`
pub fn list_underlying(e: &Exchange, admin: &Address, args: &UnderlyingArgs) -> Instruction {
    build(tag::LIST_UNDERLYING, vec![signer(admin), read(&e.address), write(&e.board)], |out| args.encode(out))
}

/// `list_collateral`
pub fn list_collateral(
    e: &Exchange,
    from: &Address,
    admin: &Address,
    mint: &Address,
    args: &CollateralArgs,
) -> Instruction {
    let accounts = vec![
        payer(from),
        signer(admin),
        read(&e.address),
        write(&e.board),
        read(mint),
        write(&e.vault(mint)),
        read(&TOKEN_PROGRAM),
        read(&SYSTEM_PROGRAM),
    ];
    build(tag::LIST_COLLATERAL, accounts, |out| args.encode(out))
}

/// The accounts that every listing of an instrument takes.
fn listing(e: &Exchange, from: &Address, admin: &Address, instrument: u16) -> Vec<AccountMeta> {
    vec![
        payer(from),
        signer(admin),
        read(&e.address),
        write(&e.board),
        write(&e.market(instrument)),
        read(&SYSTEM_PROGRAM),
    ]
}

/// `list_perpetual`
pub fn list_perpetual(e: &Exchange, from: &Address, admin: &Address, args: &InstrumentArgs) -> Instruction {
    build(tag::LIST_PERPETUAL, listing(e, from, admin, args.instrument), |out| args.encode(out))
}

/// `list_future`
pub fn list_future(e: &Exchange, from: &Address, admin: &Address, args: &FutureArgs) -> Instruction {
    build(tag::LIST_FUTURE, listing(e, from, admin, args.terms.instrument), |out| args.encode(out))
}

/// `list_option`
pub fn list_option(e: &Exchange, from: &Address, admin: &Address, args: &OptionArgs) -> Instruction {
    let mut accounts = listing(e, from, admin, args.terms.instrument);
    accounts.insert(accounts.len() - 1, read(&e.surface(args.terms.underlying)));
    build(tag::LIST_OPTION, accounts, |out| args.encode(out))
}

/// `open_surface`
pub fn open_surface(e: &Exchange, from: &Address, admin: &Address, args: &SurfaceArgs) -> Instruction {
    let accounts = vec![
        payer(from),
        signer(admin),
        read(&e.address),
        read(&e.board),
        write(&e.surface(args.underlying)),
        read(&SYSTEM_PROGRAM),
    ];
    build(tag::OPEN_SURFACE, accounts, |out| args.encode(out))
}

/// `set_publishers`: at most five, the rest zero.
pub fn set_publishers(e: &Exchange, admin: &Address, underlying: u16, publishers: &[Address]) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    build(tag::SET_PUBLISHERS, accounts, |out| {
        for slot in 0..5 {
            publishers.get(slot).map_or([0; 32], Address::to_bytes).encode(out);
        }
    })
}

/// `open_expiry`
pub fn open_expiry(e: &Exchange, admin: &Address, underlying: u16, expiry: i64, smile: &SmileArgs) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    build(tag::OPEN_EXPIRY, accounts, |out| {
        expiry.encode(out);
        smile.encode(out);
    })
}

/// `publish_volatility`
pub fn publish_volatility(
    e: &Exchange,
    publisher: &Address,
    underlying: u16,
    expiry: i64,
    smile: &SmileArgs,
) -> Instruction {
    let accounts = vec![signer(publisher), read(&e.address), read(&e.board), write(&e.surface(underlying))];
    build(tag::PUBLISH_VOLATILITY, accounts, |out| {
        expiry.encode(out);
        smile.encode(out);
    })
}

/// `refresh_options`: instruments of one underlying in ascending order.
pub fn refresh_options(e: &Exchange, underlying: u16, instruments: &[u16]) -> Instruction {
    let accounts = vec![read(&e.address), write(&e.board), read(&e.surface(underlying))];
    build(tag::REFRESH_OPTIONS, accounts, |out| {
        (instruments.len() as u32).encode(out);
        for instrument in instruments {
            instrument.encode(out);
        }
    })
}

/// `grow_market`
pub fn grow_market(e: &Exchange, from: &Address, instrument: u16) -> Instruction {
    let accounts = vec![payer(from), read(&e.address), write(&e.market(instrument)), read(&SYSTEM_PROGRAM)];
    build(tag::GROW_MARKET, accounts, |_| {})
}

/// `set_pause`
pub fn set_pause(e: &Exchange, authority: &Address, bits: u32) -> Instruction {
    build(tag::SET_PAUSE, vec![signer(authority), write(&e.address)], |out| bits.encode(out))
}

/// `fund_insurance`
pub fn fund_insurance(
    e: &Exchange,
    giver: &Address,
    source: &Address,
    quote_mint: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![
        signer(giver),
        read(&e.address),
        write(&e.treasury),
        write(source),
        write(&e.vault(quote_mint)),
        read(&TOKEN_PROGRAM),
    ];
    build(tag::FUND_INSURANCE, accounts, |out| amount.encode(out))
}

/// `open_margin_account`, for everything; see [`open_isolated_account`].
pub fn open_margin_account(e: &Exchange, from: &Address, owner: &Address, sub_id: u16) -> Instruction {
    open(e, from, owner, sub_id, 0)
}

/// `open_margin_account`: isolated to an underlying, index + 1, or to none, 0.
fn open(e: &Exchange, from: &Address, owner: &Address, sub_id: u16, isolated_underlying: u16) -> Instruction {
    let accounts =
        vec![payer(from), signer(owner), read(&e.address), write(&e.margin(owner, sub_id)), read(&SYSTEM_PROGRAM)];
    build(tag::OPEN_MARGIN_ACCOUNT, accounts, |out| {
        sub_id.encode(out);
        isolated_underlying.encode(out);
    })
}

/// `close_margin_account`
pub fn close_margin_account(e: &Exchange, owner: &Address, sub_id: u16) -> Instruction {
    let accounts =
        vec![payer(owner), read(&e.address), write(&e.treasury), read(&e.board), write(&e.margin(owner, sub_id))];
    build(tag::CLOSE_MARGIN_ACCOUNT, accounts, |_| {})
}

/// `deposit`: `mint` says what.
pub fn deposit(
    e: &Exchange,
    depositor: &Address,
    margin: &Address,
    source: &Address,
    mint: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![
        signer(depositor),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(margin),
        write(source),
        write(&e.vault(mint)),
        read(&TOKEN_PROGRAM),
    ];
    build(tag::DEPOSIT, accounts, |out| amount.encode(out))
}

/// `withdraw`: `mint` says what.
pub fn withdraw(
    e: &Exchange,
    owner: &Address,
    margin: &Address,
    destination: &Address,
    mint: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![
        signer(owner),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(margin),
        write(&e.vault(mint)),
        write(destination),
        read(&TOKEN_PROGRAM),
    ];
    build(tag::WITHDRAW, accounts, |out| amount.encode(out))
}

/// `refresh_underlying`
pub fn refresh_underlying(e: &Exchange, price_update: &Address, underlying: u16) -> Instruction {
    refresh_underlying_from(e, price_update, None, underlying)
}

/// `refresh_underlying` of an underlying with a second source.
pub fn refresh_underlying_from(
    e: &Exchange,
    price_update: &Address,
    second: Option<&Address>,
    underlying: u16,
) -> Instruction {
    let mut accounts = vec![read(&e.address), write(&e.board), read(price_update)];
    accounts.extend(second.map(read));
    build(tag::REFRESH_UNDERLYING, accounts, |out| underlying.encode(out))
}

/// `place_order`: `makers` are the margin accounts whose orders it may meet.
pub fn place_order(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    makers: &[Address],
    args: &OrderArgs,
) -> Instruction {
    let mut accounts = trading(e, authority, margin, instrument);
    accounts.extend(makers.iter().map(write));
    build(tag::PLACE_ORDER, accounts, |out| args.encode(out))
}

/// `cancel_order`
pub fn cancel_order(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    handle: u32,
    sequence: u64,
) -> Instruction {
    build(tag::CANCEL_ORDER, trading(e, authority, margin, instrument), |out| {
        handle.encode(out);
        sequence.encode(out);
    })
}

/// `cancel_all_orders`, at most `limit` of a side: 0 bids, 1 asks, [`BOTH_SIDES`](ballast::args::BOTH_SIDES).
pub fn cancel_all_orders(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    side: u8,
    limit: u16,
) -> Instruction {
    build(tag::CANCEL_ALL_ORDERS, trading(e, authority, margin, instrument), |out| {
        side.encode(out);
        limit.encode(out);
    })
}

/// `sweep`
pub fn sweep(e: &Exchange, instrument: u16) -> Instruction {
    let accounts = vec![read(&e.address), write(&e.treasury), write(&e.board), write(&e.market(instrument))];
    build(tag::SWEEP, accounts, |_| {})
}

/// `liquidate`
pub fn liquidate(
    e: &Exchange,
    authority: &Address,
    liquidator: &Address,
    margin: &Address,
    instrument: u16,
    max_lots: i64,
) -> Instruction {
    let accounts = vec![
        signer(authority),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(&e.market(instrument)),
        write(margin),
        write(liquidator),
    ];
    build(tag::LIQUIDATE, accounts, |out| max_lots.encode(out))
}

/// `liquidate_token`: at most so much of a token, in its smallest units.
pub fn liquidate_token(
    e: &Exchange,
    authority: &Address,
    liquidator: &Address,
    margin: &Address,
    token: u16,
    max_amount: u64,
) -> Instruction {
    let accounts =
        vec![signer(authority), read(&e.address), write(&e.treasury), read(&e.board), write(margin), write(liquidator)];
    build(tag::LIQUIDATE_TOKEN, accounts, |out| {
        token.encode(out);
        max_amount.encode(out);
    })
}

/// `resolve_bad_debt`
pub fn resolve_bad_debt(e: &Exchange, margin: &Address) -> Instruction {
    build(tag::RESOLVE_BAD_DEBT, vec![read(&e.address), write(&e.treasury), write(margin)], |_| {})
}

/// `view_margin`: simulate it and read the return data with [`crate::account::margin_view`].
pub fn view_margin(e: &Exchange, margin: &Address, first_underlying: u16) -> Instruction {
    let accounts = vec![read(&e.address), read(&e.board), read(margin)];
    build(tag::VIEW_MARGIN, accounts, |out| first_underlying.encode(out))
}

fn trading(e: &Exchange, authority: &Address, margin: &Address, instrument: u16) -> Vec<AccountMeta> {
    vec![signer(authority), read(&e.address), read(&e.board), write(&e.market(instrument)), write(margin)]
}

/// The name of an instruction of the program, from its data.
pub fn name(data: &[u8]) -> Option<&'static str> {
    Some(match *data.first()? {
        tag::INITIALIZE_EXCHANGE => "initialize_exchange",
        tag::GROW_BOARD => "grow_board",
        tag::SET_PRODUCT_GROUP => "set_product_group",
        tag::LIST_UNDERLYING => "list_underlying",
        tag::LIST_COLLATERAL => "list_collateral",
        tag::LIST_PERPETUAL => "list_perpetual",
        tag::GROW_MARKET => "grow_market",
        tag::SET_PAUSE => "set_pause",
        tag::FUND_INSURANCE => "fund_insurance",
        tag::OPEN_MARGIN_ACCOUNT => "open_margin_account",
        tag::CLOSE_MARGIN_ACCOUNT => "close_margin_account",
        tag::DEPOSIT => "deposit",
        tag::WITHDRAW => "withdraw",
        tag::REFRESH_UNDERLYING => "refresh_underlying",
        tag::PLACE_ORDER => "place_order",
        tag::CANCEL_ORDER => "cancel_order",
        tag::CANCEL_ALL_ORDERS => "cancel_all_orders",
        tag::SWEEP => "sweep",
        tag::LIQUIDATE => "liquidate",
        tag::RESOLVE_BAD_DEBT => "resolve_bad_debt",
        tag::VIEW_MARGIN => "view_margin",
        tag::LIST_FUTURE => "list_future",
        tag::LIST_OPTION => "list_option",
        tag::OPEN_SURFACE => "open_surface",
        tag::SET_PUBLISHERS => "set_publishers",
        tag::OPEN_EXPIRY => "open_expiry",
        tag::PUBLISH_VOLATILITY => "publish_volatility",
        tag::REFRESH_OPTIONS => "refresh_options",
        tag::CANCEL_BY_CLIENT_ID => "cancel_by_client_id",
        tag::REPLACE_ORDER => "replace_order",
        tag::BATCH_ORDERS => "batch_orders",
        tag::PRUNE_EXPIRED => "prune_expired",
        tag::BLOCK_TRADE => "block_trade",
        tag::SET_DELEGATE => "set_delegate",
        tag::TRANSFER_CASH => "transfer_cash",
        tag::TRANSFER_POSITION => "transfer_position",
        tag::SAMPLE_MARKET => "sample_market",
        tag::SAMPLE_SETTLEMENT => "sample_settlement",
        tag::SETTLE_EXPIRY => "settle_expiry",
        tag::SETTLE_POSITION => "settle_position",
        tag::DELIST => "delist",
        tag::ACCRUE_INTEREST => "accrue_interest",
        tag::UPDATE_INTEREST => "update_interest",
        tag::PROPOSE_CHANGE => "propose_change",
        tag::CANCEL_CHANGE => "cancel_change",
        tag::SET_TIMELOCK => "set_timelock",
        tag::NOMINATE_AUTHORITY => "nominate_authority",
        tag::ACCEPT_AUTHORITY => "accept_authority",
        tag::CHANGE_FEES => "change_fees",
        tag::CHANGE_MARGIN => "change_margin",
        tag::CHANGE_UNDERLYING => "change_underlying",
        tag::CHANGE_INSTRUMENT => "change_instrument",
        tag::CHANGE_COLLATERAL => "change_collateral",
        tag::SET_WITHDRAWAL_LIMIT => "set_withdrawal_limit",
        tag::SET_INTEREST => "set_interest",
        tag::WIND_DOWN_PERPETUAL => "wind_down_perpetual",
        tag::TIGHTEN_UNDERLYING => "tighten_underlying",
        tag::TIGHTEN_INSTRUMENT => "tighten_instrument",
        tag::TIGHTEN_COLLATERAL => "tighten_collateral",
        tag::TRIP_BREAKER => "trip_breaker",
        tag::LIQUIDATE_TOKEN => "liquidate_token",
        _ => return None,
    })
}
