//! Traders: keys, token accounts, a margin account each.

use crate::{Failed, Order, Sent, Svm};
use anyhow::{Result, anyhow};
use ballast_client::{decimal, event, instruction};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A trader with one margin account.
pub struct Trader {
    /// The trader's key.
    pub key: Keypair,
    /// The trader's margin account, sub-id 0.
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
}

impl Svm {
    /// A trader with a margin account and a deposit in USDC, such as "10000".
    pub fn trader(&mut self, usdc: &str) -> Result<Trader> {
        let key = Keypair::new();
        let owner = key.pubkey();
        self.fund(&owner);
        let (usdc_mint, wsol_mint) = (self.usdc, self.wsol);
        let trader = Trader {
            margin: self.exchange.margin(&owner, 0),
            usdc: self.create_token_account(&usdc_mint, &owner, 1_000_000_000_000_000),
            wsol: self.create_token_account(&wsol_mint, &owner, 1_000_000_000_000_000),
            key,
        };
        let payer = self.payer.pubkey();
        let open = instruction::open_margin_account(&self.exchange, &payer, &owner, 0);
        self.send(&[open], &[&trader.key]).map_err(|e| anyhow!("{e:?}"))?;
        let amount = decimal::parse(usdc, 6)? as u64;
        if amount > 0 {
            self.deposit_usdc(&trader, amount).map_err(|e| anyhow!("{e:?}"))?;
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
        let sent = self.place(t, order, &[]).map_err(|e| anyhow!("{e:?}"))?;
        let placed = event::orders(&sent.log)?;
        let placed = placed.first().ok_or_else(|| anyhow!("no order event"))?;
        Ok((placed.handle, placed.sequence))
    }

    /// Has one trader buy from another, one order resting and one taking it.
    pub fn trade(&mut self, buyer: &Trader, seller: &Trader, instrument: u16, price: &str, lots: i64) -> Result<()> {
        self.rest(seller, Order::sell(self, instrument, price, lots).post_only())?;
        let buy = Order::buy(self, instrument, price, lots).immediate();
        self.place(buyer, buy, &[seller]).map_err(|e| anyhow!("{e:?}"))?;
        Ok(())
    }

    /// Takes over lots of a position.
    pub fn liquidate(&mut self, by: &Trader, of: &Trader, instrument: u16, max_lots: i64) -> Result<Sent, Failed> {
        let ix = instruction::liquidate(&self.exchange, &by.address(), &by.margin, &of.margin, instrument, max_lots);
        self.send(&[ix], &[&by.key])
    }
}
