//! The instructions.
#![allow(missing_docs)] // Anchor's macros make undocumented items

extern crate alloc;

use alloc::vec::Vec;

use anchor_lang::prelude::*;
#[cfg(target_arch = "bpf")]
use sbf_rt as _;

use crate::ops;
#[cfg(feature = "pricing")]
use crate::pricing::{Input, PRICINGS};

declare_id!("33333333333333333333333333333333333333333333");

#[program]
pub mod selftest {
    use super::*;

    /// Runs one operation on every pair of 16-byte integers of `pairs`. The return data has 17 bytes for each: whether
    /// there is a result, and the result.
    #[discrim = 0]
    pub fn batch(_ctx: &mut Context<Caller>, operation: u8, pairs: Vec<u8>) -> Result<()> {
        let operation = &ops::OPERATIONS[operation as usize];
        let mut out: Vec<u8> = Vec::with_capacity(1024);
        for pair in pairs.chunks_exact(32) {
            let (a, b) = pair.split_at(16);
            let result = (operation.run)(integer(a), integer(b));
            out.push(result.is_some() as u8);
            out.extend_from_slice(&result.unwrap_or(0).to_le_bytes());
        }
        set_return_data(&out);
        Ok(())
    }

    /// Squares `a · 2^64`: aborts when that overflows.
    #[discrim = 1]
    pub fn overflow(_ctx: &mut Context<Caller>, a: i64) -> Result<()> {
        let x = (a as i128) << 64;
        set_return_data(&(x * x).to_le_bytes());
        Ok(())
    }

    /// Sums a stack frame of 3.5 KB; the limit is 4 KB.
    #[discrim = 2]
    pub fn large_frame(_ctx: &mut Context<Caller>, a: u8) -> Result<()> {
        let mut frame = [a; 3500];
        core::hint::black_box(&mut frame);
        let sum: u64 = frame.iter().map(|byte| *byte as u64).sum();
        set_return_data(&sum.to_le_bytes());
        Ok(())
    }

    /// Runs a function of [`crate::pricing`] so many times. The return data says whether there is a result, and the result.
    #[cfg(feature = "pricing")]
    #[discrim = 3]
    pub fn price(
        _ctx: &mut Context<Caller>,
        function: u8,
        times: u32,
        forward: i64,
        strike: i64,
        volatility: u32,
        seconds: i64,
    ) -> Result<()> {
        let input = Input { forward, strike, volatility, seconds };
        let result = (PRICINGS[function as usize].run)(&input, times);
        let mut out = [0; 9];
        out[0] = result.is_some() as u8;
        out[1..].copy_from_slice(&result.unwrap_or(0).to_le_bytes());
        set_return_data(&out);
        Ok(())
    }
}

/// The one account of every instruction.
#[derive(Accounts)]
pub struct Caller {
    pub signer: Signer,
}

fn integer(bytes: &[u8]) -> i128 {
    i128::from_le_bytes(bytes.try_into().expect("16 bytes"))
}

fn set_return_data(_data: &[u8]) {
    #[cfg(target_os = "solana")]
    // SAFETY: the pointer and the length are those of one slice.
    unsafe {
        anchor_lang::pinocchio::syscalls::sol_set_return_data(_data.as_ptr(), _data.len() as u64)
    };
}
