//! The exchange that is measured: that of `migrations/localnet.toml`, with more underlyings and perpetuals.
//!
//! Every key is a constant, so that the search for a program address takes as many steps in every run and the figures
//! are the same to the unit. `scenes` says which exchanges there are.

use anyhow::{Context, Result, anyhow, ensure};
use ballast_client::{
    config::{GroupConfig, Section},
    decimal, instruction,
};
use ballast_testkit::{BTC, Failed, Order, SOL, Sent, Svm, Trader, options::with_second};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeMap;

/// Underlyings over which positions are spread. Each is in a product group.
pub const SPREAD: u16 = 8;
/// Perpetuals on each of them. Perpetual `SPREAD · k + u` is the k-th on underlying u.
pub const DEPTH: u16 = 8;
/// An underlying with one perpetual.
pub const ONE: u16 = SPREAD;
/// An underlying with [`MANY_DEPTH`] perpetuals.
pub const MANY: u16 = SPREAD + 1;
/// Perpetuals on [`MANY`].
pub const MANY_DEPTH: u16 = 22;

/// Orders a side of the book whose premium is sampled.
pub const IMPACT_ORDERS: usize = 30;

/// On the exchange for options: an underlying with one perpetual and a second source.
pub const SECOND: u16 = SPREAD;

/// Perpetuals of 16 positions over 8 underlyings.
pub const SIXTEEN: std::ops::Range<u16> = 0..2 * SPREAD;
/// Perpetuals of 48 positions over 8 underlyings, the most that may hold lots.
pub const FORTY_EIGHT: std::ops::Range<u16> = 0..6 * SPREAD;
/// Deposit of an account that is never short of margin.
pub const RICH: &str = "100_000_000";

/// Units measured so far, by row.
pub type Units = BTreeMap<&'static str, u64>;

/// The machine with its exchange.
pub struct Bench {
    /// The machine.
    pub svm: Svm,
    /// Trades with everybody.
    pub house: Trader,
    /// What was measured.
    pub units: Units,
    keys: u8,
}

impl Bench {
    /// A machine without an exchange, which will have this configuration.
    pub fn new(extend: fn(&mut Svm) -> Result<()>) -> Result<Self> {
        let mut svm = Svm::bare()?;
        extend(&mut svm)?;
        svm.payer = key(1);
        svm.admin = key(2);
        svm.pauser = key(3);
        svm.usdc = Address::new_from_array([4; 32]);
        svm.wsol = Address::new_from_array([5; 32]);
        svm.prices = (0..svm.config.underlying.len()).map(|u| Address::new_from_array([0x40 + u as u8; 32])).collect();
        for who in [svm.payer.pubkey(), svm.admin.pubkey()] {
            svm.fund(&who);
        }
        svm.create_mint(svm.usdc, 6);
        svm.create_mint(svm.wsol, 9);

        Ok(Self { house: unopened_trader(&mut svm, 0x80), svm, units: Units::new(), keys: 0x80 })
    }

    /// Writes a price, in every source of an underlying, and puts it on the board.
    pub fn publish(&mut self, underlying: u16, dollars: &str) -> Result<()> {
        self.svm.write_price(underlying, dollars);
        let ix = self.refresh(underlying, dollars)?;
        self.run(ix, &[]).map(|_| ())
    }

    /// Publishes the first price of every underlying again.
    pub fn publish_all(&mut self) -> Result<()> {
        (0..self.svm.config.underlying.len() as u16).try_for_each(|u| self.publish(u, dollars(u)))
    }

    /// `refresh_underlyings` from the price account and the second source, where there is one; the latter is written.
    pub fn refresh(&mut self, underlying: u16, dollars: &str) -> Result<Instruction> {
        let second = self.svm.second_account(underlying);
        if second.is_some() {
            self.svm.write_second(underlying, dollars);
        }
        let price = self.svm.price_account(underlying);
        Ok(instruction::refresh_underlying_from(&self.svm.exchange, &price, second.as_ref(), underlying))
    }

    /// A new trader with a deposit in USDC, such as "10_000".
    pub fn trader(&mut self, usdc: &str) -> Result<Trader> {
        self.keys += 1;
        let trader = unopened_trader(&mut self.svm, self.keys);
        let (payer, owner) = (self.svm.payer.pubkey(), trader.address());
        let open = instruction::open_margin_account(&self.svm.exchange, &payer, &owner, 0);
        self.send("open_margin_account", open, &[&trader.key])?;
        let amount = native(usdc)?;
        if amount > 0 {
            self.svm.deposit_usdc(&trader, amount).map_err(failure)?;
        }
        Ok(trader)
    }

    /// A trader with positions of a few lots: long on even underlyings, short on odd ones, so that every underlying has a
    /// scan and the groups have something to net.
    pub fn holder(&mut self, usdc: &str, instruments: impl IntoIterator<Item = u16>) -> Result<Trader> {
        let trader = self.trader(usdc)?;
        self.hold(&trader, instruments)?;
        Ok(trader)
    }

    /// Gives a trader positions as [`Bench::holder`] does.
    pub fn hold(&mut self, trader: &Trader, instruments: impl IntoIterator<Item = u16>) -> Result<()> {
        for instrument in instruments {
            let lots = 10 + i64::from(instrument);
            let lots = if (instrument % SPREAD).is_multiple_of(2) { lots } else { -lots };
            self.trade(trader, instrument, lots)?;
        }
        Ok(())
    }

    /// Has a trader buy (positive) or sell lots from the house at the first price.
    pub fn trade(&mut self, trader: &Trader, instrument: u16, lots: i64) -> Result<()> {
        self.trade_at(trader, instrument, lots, dollars(instrument % SPREAD))
    }

    /// As [`Bench::trade`], at any price.
    pub fn trade_at(&mut self, trader: &Trader, instrument: u16, lots: i64, price: &str) -> Result<()> {
        let Self { svm, house, .. } = self;
        match lots > 0 {
            true => svm.trade(trader, house, instrument, price, lots),
            false => svm.trade(house, trader, instrument, price, -lots),
        }
    }

    /// Sends an instruction of the program and keeps what it costs; of several calls the dearest counts.
    pub fn send(&mut self, row: &'static str, ix: Instruction, signers: &[&Keypair]) -> Result<()> {
        let units = self.run(ix, signers).context(row)?;
        let most = self.units.entry(row).or_default();
        *most = units.max(*most);
        Ok(())
    }

    /// Sends an instruction of the program; returns its units.
    pub fn run(&mut self, ix: Instruction, signers: &[&Keypair]) -> Result<u64> {
        units(&self.svm.send(&[ix], signers).map_err(failure)?.log)
    }

    /// Simulates an instruction of the program; returns its units. The state stays as it is, so that the order of
    /// measurements does not matter.
    pub fn simulate(&mut self, ix: Instruction, signers: &[&Keypair]) -> Result<u64> {
        units(&self.svm.simulate(&[ix], signers).map_err(failure)?.log)
    }

    /// Simulates an instruction that is refused; returns the units until then.
    pub fn simulate_refusal(&mut self, ix: Instruction, signers: &[&Keypair]) -> Result<u64> {
        match self.svm.simulate(&[ix], signers) {
            Ok(Sent { log, .. }) => Err(anyhow!("it went through\n{}", log.join("\n"))),
            Err(Failed { log, .. }) => units(&log),
        }
    }

    /// Simulates an instruction of the program and keeps what it costs.
    pub fn measure(&mut self, row: &'static str, ix: Instruction, signers: &[&Keypair]) -> Result<u64> {
        let units = self.simulate(ix, signers).context(row)?;
        ensure!(self.units.insert(row, units).is_none(), "{row} is measured twice");
        Ok(units)
    }

    /// Simulates the placing of an order and keeps what it costs.
    pub fn measure_order(&mut self, row: &'static str, by: &Trader, order: Order, makers: &[&Trader]) -> Result<u64> {
        let makers: Vec<Address> = makers.iter().map(|m| m.margin).collect();
        let e = &self.svm.exchange;
        let ix = instruction::place_order(e, &by.address(), &by.margin, order.instrument, &makers, &order.args);
        self.measure(row, ix, &[&by.key])
    }
}

/// The first price of an underlying.
pub fn dollars(underlying: u16) -> &'static str {
    match underlying {
        0 => "40_000",
        1 => "2_500",
        _ => "40",
    }
}

/// An amount of USDC in its smallest unit.
pub fn native(usdc: &str) -> Result<u64> {
    Ok(u64::try_from(decimal::parse(usdc, 6)?)?)
}

/// A failed transaction as an error.
pub fn failure(failed: Failed) -> anyhow::Error {
    failed.into()
}

/// What the program consumed, from the log: without the compute budget's own instruction, with the token program's.
pub fn units(log: &[String]) -> Result<u64> {
    units_of(&ballast_client::ballast::ID, log)
}

/// What a program consumed, from the log.
pub fn units_of(program: &Address, log: &[String]) -> Result<u64> {
    let head = format!("Program {program} consumed ");
    let mut lines = log.iter().filter_map(|line| line.strip_prefix(&head));
    let line = lines.next().context("the log does not say what the program consumed")?;
    ensure!(lines.next().is_none(), "the transaction has more than one instruction of the program");
    let number = line.split(' ').next().unwrap_or_default();
    number.parse().with_context(|| format!("'{line}' does not begin with a number"))
}

/// The exchange of perpetuals: adds underlyings and perpetuals to the configuration.
pub fn extend(svm: &mut Svm) -> Result<()> {
    let c = &mut svm.config;
    ensure!(c.underlying.len() == 3 && c.perpetual.len() == 3, "the bench extends BTC, ETH and SOL");
    c.group.push(GroupConfig { name: "ALTS".into(), params: Section::of(&[("offset", "0.4")]) });
    // So that the positions that are liquidated, of 17 million dollars, pay the concentration charge.
    c.underlying[usize::from(BTC)].params.set("liquidity", "10_000_000");
    let (sol, sol_perpetual) = (usize::from(SOL), c.perpetual[usize::from(SOL)].clone());
    c.underlying[sol].group = Some("ALTS".into());
    for u in 3..=MANY {
        let mut new = c.underlying[sol].clone();
        new.name = format!("U{u}");
        new.first.id = format!("{:02x}", u).repeat(32);
        c.underlying.push(new);
    }
    // Row by row, so that the first 16 perpetuals are spread over 8 underlyings.
    for k in 0..DEPTH {
        for u in 0..SPREAD {
            if k == 0 && u < 3 {
                continue; // listed by the configuration
            }
            let mut new = c.perpetual.get(usize::from(u)).unwrap_or(&sol_perpetual).clone();
            new.contract.underlying = c.underlying[usize::from(u)].name.clone();
            new.name = format!("{}-PERP-{k}", new.contract.underlying);
            c.perpetual.push(new);
        }
    }
    for (u, depth) in [(ONE, 1), (MANY, MANY_DEPTH)] {
        for k in 0..depth {
            let mut new = sol_perpetual.clone();
            new.contract.underlying = c.underlying[usize::from(u)].name.clone();
            new.name = format!("{}-PERP-{k}", new.contract.underlying);
            c.perpetual.push(new);
        }
    }
    Ok(())
}

/// The same with a fee on blocks, and funding of Bitcoin's perpetual, whose impact notional takes [`IMPACT_ORDERS`] orders of 10
/// lots.
pub fn extend_with_funding(svm: &mut Svm) -> Result<()> {
    extend(svm)?;
    svm.config.exchange.fees.set("block_fee", "0.0003");
    // 29 orders of 10 lots are worth 11,607 dollars at the most, 30 of them 11,993 at the least.
    svm.config.perpetual[usize::from(BTC)].contract.funding.set("impact_notional", "11_800");
    Ok(())
}

/// The exchange of options: adds underlyings, with one perpetual each, and gives the last one a second source.
pub fn extend_for_options(svm: &mut Svm) -> Result<()> {
    extend(svm)?;
    let c = &mut svm.config;
    c.exchange.fees.set("maker_penalty_rate", "0.001");
    c.exchange.fees.set("maker_penalty", "10");
    c.underlying.truncate(usize::from(SECOND) + 1);
    c.perpetual.truncate(usize::from(SPREAD));
    with_second(c, SECOND, &Address::new_from_array([0x33; 32]));
    let name = c.underlying[usize::from(SECOND)].name.clone();
    let mut perpetual = c.perpetual[usize::from(SOL)].clone();
    (perpetual.name, perpetual.contract.underlying) = (format!("{name}-PERP"), name);
    c.perpetual.push(perpetual);
    Ok(())
}

/// A key of this number.
pub fn key(seed: u8) -> Keypair {
    Keypair::new_from_array([seed; 32])
}

/// A trader whose margin account is not open yet.
fn unopened_trader(svm: &mut Svm, seed: u8) -> Trader {
    let key = key(seed);
    let owner = key.pubkey();
    svm.fund(&owner);
    let (usdc, wsol) = (svm.usdc, svm.wsol);
    Trader {
        margin: svm.exchange.margin(&owner, 0),
        usdc: svm.create_token_account(&usdc, &owner, 1_000_000_000_000_000),
        wsol: svm.create_token_account(&wsol, &owner, 1_000_000_000_000_000),
        key,
    }
}
