//! The addresses of an exchange's accounts.

use ballast::constants::{
    BOARD_SEED, CHANGE_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED, SURFACE_SEED, TREASURY_SEED, VAULT_SEED,
};
use solana_address::Address;

/// The program of associated token accounts.
const ASSOCIATED_TOKEN_PROGRAM: Address = solana_address::address!("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// An exchange's fixed addresses, derived once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The exchange's own account.
    pub address: Address,
    /// Its treasury.
    pub treasury: Address,
    /// Its risk board.
    pub board: Address,
    /// Its id.
    pub id: u64,
}

impl Exchange {
    /// The exchange of an id.
    pub fn new(id: u64) -> Self {
        let address = derive(&[EXCHANGE_SEED, &id.to_le_bytes()]);
        Self {
            address,
            treasury: derive(&[TREASURY_SEED, address.as_ref()]),
            board: derive(&[BOARD_SEED, address.as_ref()]),
            id,
        }
    }

    /// The market of an instrument.
    pub fn market(&self, instrument: u16) -> Address {
        derive(&[MARKET_SEED, self.address.as_ref(), &instrument.to_le_bytes()])
    }

    /// The volatility surface of an underlying.
    pub fn surface(&self, underlying: u16) -> Address {
        derive(&[SURFACE_SEED, self.address.as_ref(), &underlying.to_le_bytes()])
    }

    /// A change that waits for its time.
    pub fn change(&self, nonce: u64) -> Address {
        derive(&[CHANGE_SEED, self.address.as_ref(), &nonce.to_le_bytes()])
    }

    /// A margin account.
    pub fn margin(&self, owner: &Address, sub_id: u16) -> Address {
        derive(&[MARGIN_SEED, self.address.as_ref(), owner.as_ref(), &sub_id.to_le_bytes()])
    }

    /// The vault of a mint.
    pub fn vault(&self, mint: &Address) -> Address {
        derive(&[VAULT_SEED, self.address.as_ref(), mint.as_ref()])
    }
}

/// The associated token account of an owner and a mint, where wallets keep tokens.
pub fn associated_token(owner: &Address, mint: &Address) -> Address {
    let seeds: &[&[u8]] = &[owner.as_ref(), crate::TOKEN_PROGRAM.as_ref(), mint.as_ref()];
    Address::find_program_address(seeds, &ASSOCIATED_TOKEN_PROGRAM).0
}

fn derive(seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &ballast::ID).0
}
