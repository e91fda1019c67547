//! Traders: keys, token accounts, a margin account each.

use crate::{Failed, Order, Sent, Svm};
use anyhow::{Result, anyhow, ensure};
use ballast_client::ballast::events::OrderPlaced;
use ballast_client::{
    ballast::{
        args::{BOTH_SIDES, CancelArgs, LegArgs, LiquidateArgs},
        state::Permissions,
        view::MarginView,
    },
    decimal, event,
    instruction::{self, Party},
    margin,
    risk::{Portfolio, Requirements},
    terms::Terms,
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A trader with one margin account.
pub struct Trader {
    /// The trader's key.
    pub key: Keypair,
    /// The trader's margin account.
    pub margin: Address,
    /// The trader's USDC.
    pub usdc: Address,
    /// The trader's wrapped SOL.
    pub wsol: Address,
}

impl Trader {
    /// The trader's address.
    pub fn address(&self) -> Address {
        self.key.pubkey()
    }

    /// The trader as a party of a block trade.
    pub fn party(&self) -> Party {
        Party { authority: self.address(), margin: self.margin }
    }
}

impl Svm {
    /// A trader with a margin account and a deposit in USDC, such as "10000".
    pub fn trader(&mut self, usdc: &str) -> Result<Trader> {
        self.sub_account(Keypair::new(), 0, usdc)
    }

    /// A further margin account of an owner, with token accounts of its own.
    pub fn sub_account(&mut self, key: Keypair, sub_id: u16, usdc: &str) -> Result<Trader> {
        let open = instruction::open_margin_account(&self.exchange, &self.payer.pubkey(), &key.pubkey(), sub_id);
        self.open_account(key, sub_id, open, usdc)
    }

    /// As [`Svm::sub_account`], isolated to an underlying.
    pub fn isolated_account(&mut self, key: Keypair, sub_id: u16, underlying: u16, usdc: &str) -> Result<Trader> {
        let (payer, owner) = (self.payer.pubkey(), key.pubkey());
        let open = instruction::open_isolated_account(&self.exchange, &payer, &owner, sub_id, underlying);
        self.open_account(key, sub_id, open, usdc)
    }

    fn open_account(&mut self, key: Keypair, sub_id: u16, open: Instruction, usdc: &str) -> Result<Trader> {
        let owner = key.pubkey();
        self.fund(&owner);
        let (usdc_mint, wsol_mint) = (self.usdc, self.wsol);
        let trader = Trader {
            margin: self.exchange.margin(&owner, sub_id),
            usdc: self.create_token_account(&usdc_mint, &owner, 1_000_000_000_000_000),
            wsol: self.create_token_account(&wsol_mint, &owner, 1_000_000_000_000_000),
            key,
        };
        self.send(&[open], &[&trader.key])?;
        let amount = decimal::parse(usdc, 6)? as u64;
        if amount > 0 {
            self.deposit_usdc(&trader, amount)?;
        }
        Ok(trader)
    }

    /// Deposits USDC, in its smallest unit.
    pub fn deposit_usdc(&mut self, t: &Trader, amount: u64) -> Result<Sent, Failed> {
        let ix = instruction::deposit(&self.exchange, &t.address(), &t.margin, &t.usdc, &self.usdc, amount);
        self.send(&[ix], &[&t.key])
    }

    /// Deposits wrapped SOL, in lamports.
    pub fn deposit_sol(&mut self, t: &Trader, amount: u64) -> Result<Sent, Failed> {
        let ix = instruction::deposit(&self.exchange, &t.address(), &t.margin, &t.wsol, &self.wsol, amount);
        self.send(&[ix], &[&t.key])
    }

    /// Withdraws USDC, in its smallest unit.
    pub fn withdraw_usdc(&mut self, t: &Trader, amount: u64) -> Result<Sent, Failed> {
        let ix = instruction::withdraw(&self.exchange, &t.address(), &t.margin, &t.usdc, &self.usdc, amount);
        self.send(&[ix], &[&t.key])
    }

    /// Withdraws wrapped SOL, in lamports.
    pub fn withdraw_sol(&mut self, t: &Trader, amount: u64) -> Result<Sent, Failed> {
        let ix = instruction::withdraw(&self.exchange, &t.address(), &t.margin, &t.wsol, &self.wsol, amount);
        self.send(&[ix], &[&t.key])
    }

    /// Places an order, with the accounts of the makers it may meet.
    pub fn place(&mut self, t: &Trader, order: Order, makers: &[&Trader]) -> Result<Sent, Failed> {
        let makers: Vec<Address> = makers.iter().map(|m| m.margin).collect();
        let ix =
            instruction::place_order(&self.exchange, &t.address(), &t.margin, order.instrument, &makers, &order.args);
        self.send(&[ix], &[&t.key])
    }

    /// Places an order that rests, and returns its handle and sequence number.
    pub fn rest(&mut self, t: &Trader, order: Order) -> Result<(u32, u64)> {
        let sent = self.place(t, order, &[])?;
        let placed = event::find::<OrderPlaced>(&sent.log);
        let placed = placed.first().ok_or_else(|| anyhow!("no order event"))?;
        Ok((placed.handle, placed.sequence))
    }

    /// Has one trader buy from another, one order resting and one taking it. An error unless all is traded.
    pub fn trade(&mut self, buyer: &Trader, seller: &Trader, instrument: u16, price: &str, lots: i64) -> Result<()> {
        self.rest(seller, Order::sell(self, instrument, price, lots).post_only())?;
        let buy = Order::buy(self, instrument, price, lots).immediate();
        let sent = self.place(buyer, buy, &[seller])?;
        let filled: i64 = event::find::<OrderPlaced>(&sent.log).iter().map(|o| o.filled).sum();
        ensure!(filled == lots, "{filled} lots traded, not {lots}");
        Ok(())
    }

    /// Takes over as much of positions as is needed.
    pub fn liquidate(&mut self, by: &Trader, of: &Trader, instruments: &[u16]) -> Result<Sent, Failed> {
        self.slice(by, of, instruments, LiquidateArgs::of(0))
    }

    /// Closes lots of a position on the book, against orders of these makers.
    pub fn liquidate_on_book(
        &mut self,
        by: &Trader,
        of: &Trader,
        instrument: u16,
        max_lots: i64,
        makers: &[&Trader],
    ) -> Result<Sent, Failed> {
        let makers: Vec<Address> = makers.iter().map(|m| m.margin).collect();
        let (e, who) = (&self.exchange, by.address());
        let ix = instruction::liquidate_on_book(e, &who, &by.margin, &of.margin, instrument, &makers, max_lots);
        self.send(&[ix], &[&by.key])
    }

    /// Takes over a slice of positions and tokens.
    pub fn slice(
        &mut self,
        by: &Trader,
        of: &Trader,
        instruments: &[u16],
        args: LiquidateArgs,
    ) -> Result<Sent, Failed> {
        let ix = instruction::liquidate(&self.exchange, &by.address(), &by.margin, &of.margin, instruments, &args);
        self.send(&[ix], &[&by.key])
    }

    /// Has two traders trade a block: instruments, lots from the first one's side, prices in dollars per whole asset.
    pub fn block(&mut self, one: &Trader, other: &Trader, legs: &[(u16, i64, &str)]) -> Result<Sent, Failed> {
        let legs: Vec<LegArgs> = legs.iter().map(|(i, lots, price)| self.leg(*i, *lots, price)).collect();
        let ix = self.block_of(one, other, &legs);
        self.send(&[ix], &[&one.key, &other.key])
    }

    /// The instruction of a block that may be traded for a minute from now.
    pub fn block_of(&self, one: &Trader, other: &Trader, legs: &[LegArgs]) -> Instruction {
        instruction::block_trade(&self.exchange, &one.party(), &other.party(), legs, self.now() + 60, 1)
    }

    /// A leg at a price in dollars per whole asset.
    pub fn leg(&self, instrument: u16, lots: i64, price: &str) -> LegArgs {
        let terms = Terms::of(&self.board().board, instrument).expect("a listed instrument");
        LegArgs { lots, price: terms.ticks(price).expect("a price of whole ticks"), instrument }
    }

    /// Gives somebody permissions for a trader's account until a time.
    pub fn delegate(
        &mut self,
        t: &Trader,
        to: &Address,
        permissions: Permissions,
        expires_at: i64,
    ) -> Result<Sent, Failed> {
        let ix = instruction::set_delegate(&self.exchange, &t.address(), &t.margin, to, permissions, expires_at);
        self.send(&[ix], &[&t.key])
    }

    /// Moves cash between two accounts of one owner.
    pub fn transfer_cash(&mut self, from: &Trader, to: &Trader, amount: u64) -> Result<Sent, Failed> {
        let ix = instruction::transfer_cash(&self.exchange, &from.address(), &from.margin, &to.margin, amount);
        self.send(&[ix], &[&from.key])
    }

    /// Moves lots, signed as the position is, between two accounts of one owner.
    pub fn transfer_position(&mut self, from: &Trader, to: &Trader, i: u16, lots: i64) -> Result<Sent, Failed> {
        let ix = instruction::transfer_position(&self.exchange, &from.address(), &from.margin, &to.margin, i, lots);
        self.send(&[ix], &[&from.key])
    }

    /// Cancels an order by what [`Svm::rest`] returned.
    pub fn cancel(&mut self, t: &Trader, instrument: u16, order: (u32, u64)) -> Result<Sent, Failed> {
        let ix = instruction::cancel_order(&self.exchange, &t.address(), &t.margin, instrument, order.0, order.1);
        self.send(&[ix], &[&t.key])
    }

    /// Cancels a trader's newest orders in a market.
    pub fn cancel_all(&mut self, t: &Trader, instrument: u16, limit: u16) -> Result<Sent, Failed> {
        self.cancel_side(t, instrument, BOTH_SIDES, limit)
    }

    /// Cancels a trader's newest orders of a side.
    pub fn cancel_side(&mut self, t: &Trader, instrument: u16, side: u8, limit: u16) -> Result<Sent, Failed> {
        let ix = instruction::cancel_all_orders(&self.exchange, &t.address(), &t.margin, instrument, side, limit);
        self.send(&[ix], &[&t.key])
    }

    /// Cancels a trader's newest order with a number.
    pub fn cancel_by_client_id(&mut self, t: &Trader, instrument: u16, client_id: u64) -> Result<Sent, Failed> {
        let ix = instruction::cancel_by_client_id(&self.exchange, &t.address(), &t.margin, instrument, client_id);
        self.send(&[ix], &[&t.key])
    }

    /// Replaces an order, by what [`Svm::rest`] returned of it.
    pub fn replace(&mut self, t: &Trader, old: (u32, u64), order: Order, makers: &[&Trader]) -> Result<Sent, Failed> {
        let makers: Vec<Address> = makers.iter().map(|m| m.margin).collect();
        let (e, old) = (&self.exchange, CancelArgs { handle: old.0, sequence: old.1 });
        let ix = instruction::replace_order(e, &t.address(), &t.margin, order.instrument, &makers, &old, &order.args);
        self.send(&[ix], &[&t.key])
    }

    /// Cancels orders, by what [`Svm::rest`] returned of them, and places others in the same market.
    pub fn batch(
        &mut self,
        t: &Trader,
        instrument: u16,
        cancels: &[(u32, u64)],
        orders: &[Order],
        makers: &[&Trader],
    ) -> Result<Sent, Failed> {
        let makers: Vec<Address> = makers.iter().map(|m| m.margin).collect();
        let cancels: Vec<_> = cancels.iter().map(|&(handle, sequence)| CancelArgs { handle, sequence }).collect();
        let orders: Vec<_> = orders.iter().map(|o| o.args).collect();
        let (e, who) = (&self.exchange, t.address());
        let ix = instruction::batch_orders(e, &who, &t.margin, instrument, &makers, &cancels, &orders);
        self.send(&[ix], &[&t.key])
    }

    /// Takes a trader's expired orders off the book.
    pub fn prune(&mut self, of: &Trader, instrument: u16, limit: u16) -> Result<Sent, Failed> {
        let ix = instruction::prune_expired(&self.exchange, &of.margin, instrument, limit);
        self.send(&[ix], &[])
    }

    /// Has the insurance fund pay a trader's debt.
    pub fn resolve_bad_debt(&mut self, of: &Trader) -> Result<Sent, Failed> {
        let markets = self.sharing_markets(of);
        let ix = instruction::resolve_bad_debt(&self.exchange, &of.margin, &markets);
        self.send(&[ix], &[])
    }

    /// Has the insurance fund alone pay bad debt.
    pub fn resolve_bad_debt_by_fund(&mut self, of: &Trader) -> Result<Sent, Failed> {
        let ix = instruction::resolve_bad_debt(&self.exchange, &of.margin, &[]);
        self.send(&[ix], &[])
    }

    /// The markets among which the bad debt of an account would be shared.
    pub fn sharing_markets(&self, of: &Trader) -> Vec<u16> {
        ballast_client::margin::sharing_markets(&self.board().board, &self.margin(&of.margin).episode)
    }

    /// Gives an account notice.
    pub fn give_notice(&mut self, of: &Trader) -> Result<Sent, Failed> {
        let ix = instruction::give_notice(&self.exchange, &of.margin);
        self.send(&[ix], &[])
    }

    /// Seizes an account.
    pub fn seize(&mut self, of: &Trader) -> Result<Sent, Failed> {
        let ix = instruction::seize(&self.exchange, &of.margin);
        self.send(&[ix], &[])
    }

    /// Releases a seized account.
    pub fn release(&mut self, of: &Trader) -> Result<Sent, Failed> {
        let ix = instruction::release(&self.exchange, &of.margin);
        self.send(&[ix], &[])
    }

    /// Winds a perpetual down for what a seized account holds of it.
    pub fn wind_down_seized(&mut self, of: &Trader, instrument: u16) -> Result<Sent, Failed> {
        let ix = instruction::wind_down_seized(&self.exchange, &of.margin, instrument);
        self.send(&[ix], &[])
    }

    /// What a trader holds.
    pub fn portfolio(&self, t: &Trader) -> Portfolio {
        self.margin(&t.margin).portfolio
    }

    /// A trader's margin at the board's prices.
    pub fn requirements(&self, t: &Trader) -> Requirements {
        margin::requirements(&self.board().board, &self.portfolio(t), self.now()).expect("the margin is computed")
    }

    /// The margin of a trader's account as the program says.
    pub fn view_margin(&mut self, t: &Trader) -> MarginView {
        let view = instruction::view_margin(&self.exchange, &t.margin, 0);
        let sent = self.simulate(&[view], &[]).expect("the margin is computed");
        ballast_client::account::margin_view(&sent.return_data).expect("a margin view").0
    }

    /// Signed lots that a trader holds in an instrument.
    pub fn lots(&self, t: &Trader, instrument: u16) -> i64 {
        let board = self.board();
        let i = board.board.instrument(instrument).expect("a listed instrument");
        self.portfolio(t).lots(i).get()
    }
}
