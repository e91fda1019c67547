//! What a price costs on chain, and how far it is from the exact one: `ballast-pricing` beside the crate `solmath`. Both run
//! in the self-test program (toolchain/selftest), which is built by the same compiler as the clearing program.

use crate::{
    bench::{Units, failure, key, units_of},
    row::{Row, row},
};
use anyhow::{Context, Result, ensure};
use ballast_testkit::{Failed, Svm};
use serde::{Deserialize, Serialize};
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("black76", 1_500, "a call's price: the dearest of 168 inputs").target(2_500),
    row("black76_shared", 900, "the same with logarithm and σ√τ given, as for every scenario of an array"),
    row("black76_greeks", 1_600, "delta, gamma, vega and decay, from the same inputs"),
    row("implied_volatility", 23_000, "the volatility of a price, to a millionth"),
    row("risk_array_16", 27_100, "one option's array, Greeks and gap, and what its expiry's options share"),
];

/// Discriminator of the instruction that prices.
const PRICE: u8 = 3;
/// Forward: 100 in 1e-12.
const FORWARD: i64 = 100_000_000_000_000;
/// Strikes as percent of the forward.
const STRIKES: [i64; 7] = [60, 80, 95, 100, 105, 125, 160];
/// Volatilities, millionths a year.
const VOLATILITIES: [u32; 4] = [200_000, 600_000, 1_000_000, 2_500_000];
/// Times to expiry: an hour, a day, a week, 30 days, 180 days, a year.
const SECONDS: [i64; 6] = [3_600, 86_400, 604_800, 2_592_000, 15_552_000, 31_536_000];
/// How often an input is priced in one instruction.
const TIMES: u32 = 2;

/// Seconds of a year.
const YEAR: f64 = 31_536_000.0;

/// Which result a function returns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A value.
    Value,
    /// A value for a time in whole 1e-12 years, as solmath takes it.
    ValueOfRoundedTime,
    Other,
}

/// The functions, in the order of the self-test program's table: its name there and here, and what it returns.
const FUNCTIONS: [(&str, Kind); 9] = [
    ("black76", Kind::Value),
    ("black76_shared", Kind::Value),
    ("black76_greeks", Kind::Other),
    ("implied_volatility", Kind::Other),
    ("solmath black_scholes_price", Kind::ValueOfRoundedTime),
    ("solmath black_scholes_price_hp", Kind::ValueOfRoundedTime),
    ("solmath bs_full", Kind::ValueOfRoundedTime),
    ("solmath bs_full_hp", Kind::ValueOfRoundedTime),
    ("solmath implied_vol", Kind::Other),
];

/// One function over all inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The function.
    pub name: String,
    /// Compute units of the dearest input, rounded up.
    pub cu: u64,
    /// Mean compute units, rounded up.
    pub mean_cu: u64,
    /// Largest distance of a value from Black-76 in double precision, in 1e-15 of the forward; nothing where the result is
    /// no value.
    pub error: Option<u64>,
    /// Inputs that it refused.
    pub refused: u64,
}

/// The inputs in words.
pub fn inputs() -> String {
    format!(
        "{} inputs: strikes at {} % of the forward, volatilities of {} %,\ntimes of an hour, a day, a week, 30 days, 180 days and \
         a year",
        STRIKES.len() * VOLATILITIES.len() * SECONDS.len(),
        list(STRIKES),
        list(VOLATILITIES.map(|v| i64::from(v / 10_000))),
    )
}

fn list<const N: usize>(numbers: [i64; N]) -> String {
    numbers.map(|n| n.to_string()).join(", ")
}

/// Measures all functions; puts those of Ballast among the rows.
pub fn measure(units: &mut Units) -> Result<Vec<Measured>> {
    let mut svm = Svm::bare()?;
    svm.payer = key(1);
    let payer = svm.payer.pubkey();
    svm.fund(&payer);
    let program = Address::from_str_const("33333333333333333333333333333333333333333333");
    let elf = ballast_testkit::elf_path().with_file_name("selftest.so");
    let bytes = std::fs::read(&elf)
        .with_context(|| format!("no program at {}: run `cargo xtask build selftest` first", elf.display()))?;
    svm.vm.add_program(program, &bytes)?;

    let mut all = Vec::new();
    for (index, (name, kind)) in (0u8..).zip(FUNCTIONS) {
        let mut most = Measured { name: name.to_owned(), cu: 0, mean_cu: 0, error: None, refused: 0 };
        let (mut sum, mut count) = (0, 0);
        for input in grid() {
            let mut run = |times: u32| -> Result<(u64, Option<i64>)> {
                let mut data = vec![PRICE, index];
                data.extend(times.to_le_bytes());
                data.extend(input.encode());
                let accounts = vec![AccountMeta::new_readonly(payer, true)];
                match svm.simulate(&[Instruction { program_id: program, accounts, data }], &[]) {
                    Ok(sent) => Ok((units_of(&program, &sent.log)?, returned(&sent.return_data))),
                    Err(Failed { error, log }) => Err(failure(Failed { error, log })),
                }
            };
            let (base, _) = run(0)?;
            let (with, result) = run(TIMES)?;
            let Some(result) = result else {
                most.refused += 1;
                continue;
            };
            let cost = (with - base).div_ceil(u64::from(TIMES));
            most.cu = most.cu.max(cost);
            (sum, count) = (sum + cost, count + 1);
            if kind != Kind::Other {
                let years = input.seconds as f64 / YEAR;
                let rounded = (input.seconds as u128 * 1_000_000_000_000 / YEAR as u128) as f64 / 1e12;
                let exact = input.exact(if kind == Kind::Value { years } else { rounded });
                let error = (result as f64 - exact).abs() / FORWARD as f64 * 1e15;
                most.error = most.error.max(Some(error.round() as u64));
            }
        }
        ensure!(count > 0, "{name} refuses every input");
        most.mean_cu = u64::div_ceil(sum, count);
        all.push(most);
    }
    for measured in &all {
        if let Some(row) = ROWS.iter().find(|row| row.name == measured.name) {
            ensure!(measured.refused == 0, "{} refuses {} inputs", row.name, measured.refused);
            units.insert(row.name, measured.cu);
        }
    }
    Ok(all)
}

/// Return data loses the zeros at its end.
fn returned(data: &[u8]) -> Option<i64> {
    let mut whole = [0; 9];
    whole[..data.len()].copy_from_slice(data);
    (whole[0] == 1).then(|| i64::from_le_bytes(whole[1..].try_into().expect("eight bytes")))
}

/// A call.
#[derive(Clone, Copy, Debug)]
struct Input {
    strike: i64,
    volatility: u32,
    seconds: i64,
}

fn grid() -> impl Iterator<Item = Input> {
    let times = STRIKES.into_iter().flat_map(|s| VOLATILITIES.map(|v| (s, v)));
    times.flat_map(|(percent, volatility)| {
        SECONDS.map(|seconds| Input { strike: FORWARD / 100 * percent, volatility, seconds })
    })
}

impl Input {
    fn encode(&self) -> Vec<u8> {
        let mut data = FORWARD.to_le_bytes().to_vec();
        data.extend(self.strike.to_le_bytes());
        data.extend(self.volatility.to_le_bytes());
        data.extend(self.seconds.to_le_bytes());
        data
    }

    /// Black-76 in double precision, `min(F, K) · g` beyond intrinsic, so that little is lost by cancellation.
    fn exact(&self, years: f64) -> f64 {
        let (forward, strike) = (FORWARD as f64, self.strike as f64);
        let s = f64::from(self.volatility) / 1e6 * years.sqrt();
        let d1 = (forward / strike).ln() / s + s / 2.0;
        let below = |d: f64| libm::erfc(-d / std::f64::consts::SQRT_2) / 2.0;
        if forward > strike {
            // The put, and parity.
            strike * below(s - d1) - forward * below(-d1) + (forward - strike)
        } else {
            forward * below(d1) - strike * below(d1 - s)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_black_76() {
        let price =
            |percent| Input { strike: FORWARD / 100 * percent, volatility: 600_000, seconds: 0 }.exact(30.0 / 365.0);
        // F = K: 2·N(s/2) − 1 of the forward; s = 0.6 · √(30/365).
        assert!((price(100) / FORWARD as f64 - 0.068_539_4).abs() < 1e-6);
        assert!(price(95) > price(100) && price(100) > price(105));
    }
}
