//! Traders: a key, token accounts, a margin account.

use crate::{
    Venue,
    token::{self, WRAPPED_SOL},
};
use anyhow::Result;
use ballast_client::{ballast::args::OrderArgs, decimal, instruction, rpc::Failed, rpc::Sent};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// SOL that a trader has for fees and rent, in lamports.
const FEE_LAMPORTS: u64 = 10_000_000_000;

/// A trader with one margin account.
pub struct Trader {
    /// How the trader is called.
    pub name: String,
    /// The trader's key, which pays the trader's fees.
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

impl Venue<'_> {
    /// A trader with so many USDC and wrapped SOL in the wallet, and an empty margin account.
    pub fn trader(&self, name: &str, usdc: &str, sol: &str) -> Result<Trader> {
        let key = Keypair::new();
        let (payer, owner) = (self.net.payer().pubkey(), key.pubkey());
        let trader = Trader {
            name: name.to_owned(),
            margin: self.exchange.margin(&owner, 0),
            usdc: token::account_of(&owner, &self.usdc),
            wsol: token::account_of(&owner, &WRAPPED_SOL),
            key,
        };
        let mut instructions = vec![
            solana_system_interface::instruction::transfer(&payer, &owner, FEE_LAMPORTS),
            token::create_account(&payer, &owner, &self.usdc),
            token::create_account(&payer, &owner, &WRAPPED_SOL),
            token::mint_to(&payer, &owner, &self.usdc, amount(usdc, 6)?)?,
        ];
        instructions.extend(token::wrap(&payer, &owner, amount(sol, 9)?)?);
        instructions.push(instruction::open_margin_account(&self.exchange, &payer, &owner, 0));
        self.net.send(&instructions, self.net.payer(), &[&trader.key])?;
        Ok(trader)
    }

    /// Sends a transaction that a trader signs and pays for.
    pub fn act(&self, trader: &Trader, instructions: &[Instruction]) -> Result<Sent, Failed> {
        self.net.send(instructions, &trader.key, &[])
    }

    /// Deposits USDC, such as "12.5".
    pub fn deposit_usdc(&self, t: &Trader, usdc: &str) -> Result<Sent> {
        let amount = amount(usdc, 6)?;
        Ok(self.act(t, &[instruction::deposit(&self.exchange, &t.address(), &t.margin, &t.usdc, &self.usdc, amount)])?)
    }

    /// Deposits wrapped SOL, such as "12.5".
    pub fn deposit_sol(&self, t: &Trader, sol: &str) -> Result<Sent> {
        let amount = amount(sol, 9)?;
        Ok(self
            .act(t, &[instruction::deposit(&self.exchange, &t.address(), &t.margin, &t.wsol, &WRAPPED_SOL, amount)])?)
    }

    /// Withdraws USDC, in its smallest unit.
    pub fn withdraw_usdc(&self, t: &Trader, amount: u64) -> Result<Sent, Failed> {
        self.act(t, &[instruction::withdraw(&self.exchange, &t.address(), &t.margin, &t.usdc, &self.usdc, amount)])
    }

    /// Withdraws wrapped SOL, in lamports.
    pub fn withdraw_sol(&self, t: &Trader, amount: u64) -> Result<Sent, Failed> {
        self.act(t, &[instruction::withdraw(&self.exchange, &t.address(), &t.margin, &t.wsol, &WRAPPED_SOL, amount)])
    }

    /// The instruction that places an order, with the traders whose orders it may meet.
    pub fn place(&self, t: &Trader, instrument: u16, order: &OrderArgs, makers: &[&Trader]) -> Instruction {
        let makers: Vec<Address> = makers.iter().map(|m| m.margin).collect();
        instruction::place_order(&self.exchange, &t.address(), &t.margin, instrument, &makers, order)
    }
}

fn amount(text: &str, decimals: u32) -> Result<u64> {
    Ok(u64::try_from(decimal::parse(text, decimals)?)?)
}
