//! Mints and token accounts, by the token program's own instructions.

use crate::Localnet;
use anyhow::Result;
use ballast_client::TOKEN_PROGRAM;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use spl_associated_token_account_interface::{
    address::get_associated_token_address, instruction::create_associated_token_account_idempotent,
};
use spl_token_interface::{instruction as token, native_mint};

/// Length of a mint.
const MINT_LEN: usize = 82;

/// The mint of wrapped SOL.
pub const WRAPPED_SOL: Address = native_mint::ID;

/// Makes a mint whose authority is the payer.
pub fn create_mint(net: &Localnet, decimals: u8) -> Result<Address> {
    let (payer, mint) = (net.payer(), Keypair::new());
    let rent = net.rpc().client().get_minimum_balance_for_rent_exemption(MINT_LEN)?;
    let instructions = [
        solana_system_interface::instruction::create_account(
            &payer.pubkey(),
            &mint.pubkey(),
            rent,
            MINT_LEN as u64,
            &TOKEN_PROGRAM,
        ),
        token::initialize_mint2(&TOKEN_PROGRAM, &mint.pubkey(), &payer.pubkey(), None, decimals)?,
    ];
    net.send(&instructions, payer, &[&mint])?;
    Ok(mint.pubkey())
}

/// An owner's token account of a mint.
pub fn account_of(owner: &Address, mint: &Address) -> Address {
    get_associated_token_address(owner, mint)
}

/// Makes an owner's token account of a mint, if there is none.
pub fn create_account(payer: &Address, owner: &Address, mint: &Address) -> Instruction {
    create_associated_token_account_idempotent(payer, owner, mint, &TOKEN_PROGRAM)
}

/// Mints into an owner's token account.
pub fn mint_to(authority: &Address, owner: &Address, mint: &Address, amount: u64) -> Result<Instruction> {
    let account = account_of(owner, mint);
    Ok(token::mint_to(&TOKEN_PROGRAM, mint, &account, authority, &[], amount)?)
}

/// Wraps SOL of a payer into an owner's token account.
pub fn wrap(payer: &Address, owner: &Address, lamports: u64) -> Result<[Instruction; 2]> {
    let account = account_of(owner, &WRAPPED_SOL);
    Ok([
        solana_system_interface::instruction::transfer(payer, &account, lamports),
        token::sync_native(&TOKEN_PROGRAM, &account)?,
    ])
}
