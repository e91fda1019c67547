//! Requests for quote: two traders agree on a block away from the chain, and each checks what it signs.
//!
//! 1. The taker sends a [`Request`]: what it wants to trade, for which account, until when.
//! 2. The maker looks at [`Request::validate`], names a price for each leg in a [`Quote`], and looks at
//!    [`Quote::effect_on_maker`] before it sends it.
//! 3. The taker looks at [`Quote::answers`] and [`Quote::effect_on_taker`], and builds a transaction with
//!    [`Quote::instruction`], with refreshes before it if the simulation asks for them.
//! 4. Whoever signs looks at [`Quote::verify`] first: that the transaction has this block and nothing else that could use the
//!    signature.
//!
//! Requests and quotes are plain data that serde can write; addresses are written in base 58.
//!
//! ```
//! use ballast_client::{instruction::Party, rfq::{Request, RequestLeg}};
//! use solana_address::Address;
//!
//! let party = |n| Party { authority: Address::new_from_array([n; 32]), margin: Address::new_from_array([n + 1; 32]) };
//! // A vertical: the lower call bought, the higher one sold.
//! let legs = vec![RequestLeg { instrument: 10, lots: 50 }, RequestLeg { instrument: 12, lots: -50 }];
//! let request = Request::new(1, &party(1), legs, 1_700_000_060);
//! let quote = request.quote(&party(3), vec![13_000, 4_500], 1_700_000_030, 7)?;
//! quote.answers(&request, 1_700_000_000)?;
//!
//! // The taker sends what it is about to sign; the maker finds in it what it quoted, and nothing more.
//! let transaction = [quote.instruction()];
//! quote.verify(&transaction)?;
//!
//! let cheaper = request.quote(&party(3), vec![12_999, 4_500], 1_700_000_030, 7)?;
//! assert!(quote.verify(&[cheaper.instruction()]).is_err());
//! # anyhow::Ok(())
//! ```

use crate::{
    instruction::{self, Party},
    margin::{BlockEffect, block_effect},
    pda::Exchange,
};
use anyhow::{Result, ensure};
use ballast::{
    args::LegArgs,
    constants::{MAX_LEGS, MAX_QUOTE_LIFETIME},
    instruction::tag,
};
use ballast_risk::{Board, Leg, Lots, Portfolio, Ticks};
use serde::{Deserialize, Serialize};
use solana_address::Address;
use solana_instruction::Instruction;

/// The compute budget program, whose instructions use nobody's signature but the fee payer's.
const COMPUTE_BUDGET: Address = solana_address::address!("ComputeBudget111111111111111111111111111111");

/// A side of a block: who signs, and for which account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The owner, or a delegate who may sign blocks.
    #[serde(with = "text")]
    pub authority: Address,
    /// The margin account.
    #[serde(with = "text")]
    pub margin: Address,
}

impl From<&Party> for Side {
    fn from(party: &Party) -> Self {
        Self { authority: party.authority, margin: party.margin }
    }
}

impl From<&Side> for Party {
    fn from(side: &Side) -> Self {
        Self { authority: side.authority, margin: side.margin }
    }
}

/// A leg that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLeg {
    /// The instrument.
    pub instrument: u16,
    /// Lots from the taker's side: positive bought, negative sold.
    pub lots: i64,
}

/// What a taker asks a price for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Id of the exchange.
    pub exchange: u64,
    /// The taker.
    pub taker: Side,
    /// The legs, in ascending order of their instruments.
    pub legs: Vec<RequestLeg>,
    /// Until when quotes are welcome, seconds.
    pub expires_at: i64,
}

/// A maker's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// What it answers.
    pub request: Request,
    /// The maker.
    pub maker: Side,
    /// A price for each leg, ticks.
    pub prices: Vec<i64>,
    /// Until when the block may be traded, seconds: the program refuses it from then on.
    pub expires_at: i64,
    /// The maker's own number for it. It is in the block's event.
    pub nonce: u64,
}

impl Request {
    /// A request; the legs are put in order.
    pub fn new(exchange: u64, taker: &Party, mut legs: Vec<RequestLeg>, expires_at: i64) -> Self {
        legs.sort_by_key(|leg| leg.instrument);
        Self { exchange, taker: taker.into(), legs, expires_at }
    }

    /// Checks that a block of these legs could be traded: their number and order, sizes, instruments, time.
    pub fn validate(&self, board: &Board, now: i64) -> Result<()> {
        ensure!(now < self.expires_at, "the request has expired");
        ensure!((1..=MAX_LEGS).contains(&self.legs.len()), "a block has 1 to {MAX_LEGS} legs");
        ensure!(self.legs.windows(2).all(|l| l[0].instrument < l[1].instrument), "legs must ascend by instrument");
        for leg in &self.legs {
            let i = board.instrument(leg.instrument)?;
            let u = board.underlying(i.underlying)?;
            let lots = leg.lots.unsigned_abs();
            ensure!(
                lots > 0 && lots <= i.limits.max_position.get().unsigned_abs(),
                "leg of {}: bad size",
                leg.instrument
            );
            ensure!(i.settled == 0 && (i.settles_at == 0 || now < i.settles_at), "{} has expired", leg.instrument);
            ensure!(i.reduce_only == 0, "{} only accepts reducing trades", leg.instrument);
            ensure!(now >= u.halted_until, "the underlying of {} is halted until {}", leg.instrument, u.halted_until);
        }
        Ok(())
    }

    /// A maker's answer: a price for each leg in ticks, good until a time, with the maker's own number.
    pub fn quote(&self, maker: &Party, prices: Vec<i64>, expires_at: i64, nonce: u64) -> Result<Quote> {
        ensure!(prices.len() == self.legs.len(), "{} prices for {} legs", prices.len(), self.legs.len());
        Ok(Quote { request: self.clone(), maker: maker.into(), prices, expires_at, nonce })
    }
}

impl Quote {
    /// Checks that this answers a request that was sent, and may still be traded.
    pub fn answers(&self, request: &Request, now: i64) -> Result<()> {
        ensure!(self.request == *request, "the quote is for another request");
        ensure!(self.prices.len() == request.legs.len(), "not one price for each leg");
        ensure!(now < self.expires_at, "the quote has expired");
        ensure!(self.expires_at - now <= MAX_QUOTE_LIFETIME, "the quote is good for more than a day");
        ensure!(self.maker.margin != request.taker.margin, "the maker's account is the taker's");
        Ok(())
    }

    /// The legs as the instruction has them: from the taker's side.
    pub fn leg_args(&self) -> Vec<LegArgs> {
        let legs = self.request.legs.iter().zip(&self.prices);
        legs.map(|(leg, price)| LegArgs { lots: leg.lots, price: *price, instrument: leg.instrument }).collect()
    }

    /// The instruction that both sign, the taker as the first party.
    pub fn instruction(&self) -> Instruction {
        let exchange = Exchange::new(self.request.exchange);
        let (taker, maker) = (Party::from(&self.request.taker), Party::from(&self.maker));
        instruction::block_trade(&exchange, &taker, &maker, &self.leg_args(), self.expires_at, self.nonce)
    }

    /// What the block would do to the taker's account, with the fee of either side in millionths of value.
    pub fn effect_on_taker(&self, board: &Board, taker: &Portfolio, fee_ppm: u32, now: i64) -> Result<BlockEffect> {
        Ok(block_effect(board, taker, &self.legs(board, now)?, fee_ppm, now)?)
    }

    /// What the block would do to the maker's account, with the fee of either side in millionths of value.
    pub fn effect_on_maker(&self, board: &Board, maker: &Portfolio, fee_ppm: u32, now: i64) -> Result<BlockEffect> {
        let legs: Result<Vec<Leg>, _> = self.legs(board, now)?.iter().map(Leg::reversed).collect();
        Ok(block_effect(board, maker, &legs?, fee_ppm, now)?)
    }

    /// The legs from the taker's side, each price inside its band.
    fn legs(&self, board: &Board, now: i64) -> Result<Vec<Leg>> {
        self.request.validate(board, now)?;
        let leg = |args: LegArgs| {
            let i = board.instrument(args.instrument)?;
            let u = board.underlying(i.underlying)?;
            let (low, high) = i.band(u, now)?;
            let inside = (low.get()..=high.get()).contains(&args.price);
            ensure!(
                inside,
                "leg of {}: {} is not in {} to {} ticks",
                args.instrument,
                args.price,
                low.get(),
                high.get()
            );
            Ok(Leg::new(i, Lots::new(args.lots), Ticks::new(args.price))?)
        };
        self.leg_args().into_iter().map(leg).collect()
    }

    /// Checks the instructions of a transaction before it is signed: the block of this quote once, and beside it
    /// nothing but refreshes of prices and options, which use no signature, and the compute budget. Who pays the
    /// transaction's fee looks at the price in the compute budget as well.
    pub fn verify(&self, instructions: &[Instruction]) -> Result<()> {
        let expected = self.instruction();
        let mut blocks = 0;
        for (n, ix) in instructions.iter().enumerate() {
            if ix.program_id == ballast::ID && ix.data.first() == Some(&tag::BLOCK_TRADE) {
                // Who signs and what is written belongs to the transaction, not to the instruction.
                let same = ix.data == expected.data
                    && ix.accounts.len() == expected.accounts.len()
                    && ix.accounts.iter().zip(&expected.accounts).all(|(is, expected)| is.pubkey == expected.pubkey);
                ensure!(same, "instruction {n} is another block than the one that was quoted");
                blocks += 1;
                continue;
            }
            let refreshes = ix.program_id == ballast::ID
                && matches!(ix.data.first(), Some(&tag::REFRESH_UNDERLYINGS | &tag::REFRESH_OPTIONS));
            ensure!(refreshes || ix.program_id == COMPUTE_BUDGET, "instruction {n} has no place beside a block");
        }
        ensure!(blocks == 1, "the block is in the transaction {blocks} times");
        Ok(())
    }
}

/// Addresses in base 58.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use solana_address::Address;

    pub fn serialize<S: Serializer>(address: &Address, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(address)
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Address, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|e| D::Error::custom(format!("{text} is no address: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(n: u8) -> Party {
        Party { authority: Address::new_from_array([n; 32]), margin: Address::new_from_array([n + 1; 32]) }
    }

    fn request() -> Request {
        let legs = vec![RequestLeg { instrument: 12, lots: -5 }, RequestLeg { instrument: 10, lots: 5 }];
        Request::new(1, &party(1), legs, 1_060)
    }

    fn quote() -> Quote {
        request().quote(&party(3), vec![1_300, 450], 1_030, 7).unwrap()
    }

    /// I289.
    #[test]
    fn a_request_has_its_legs_in_order_and_a_quote_a_price_for_each() {
        assert_eq!(request().legs.iter().map(|l| l.instrument).collect::<Vec<_>>(), [10, 12]);
        assert!(request().quote(&party(3), vec![1_300], 1_030, 7).is_err());
        let legs: Vec<_> = quote().leg_args().iter().map(|l| (l.instrument, l.lots, l.price)).collect();
        assert_eq!(legs, [(10, 5, 1_300), (12, -5, 450)]);
    }

    /// I289.
    #[test]
    fn a_quote_answers_the_request_that_was_sent_and_no_other() {
        let quote = quote();
        quote.answers(&request(), 1_029).unwrap();
        assert!(quote.answers(&request(), 1_030).is_err(), "expired");
        assert!(Quote { expires_at: 90_000, ..quote.clone() }.answers(&request(), 1_000).is_err(), "too long");
        let changes: [fn(&mut Request); 4] = [
            |r| r.legs[0].lots = 6,
            |r| r.legs[0].instrument = 9,
            |r| r.taker = Side::from(&party(5)),
            |r| r.exchange = 2,
        ];
        for change in changes {
            let mut other = request();
            change(&mut other);
            assert!(quote.answers(&other, 1_000).is_err());
        }
        let own = request().quote(&party(1), vec![1, 2], 1_030, 7).unwrap();
        assert!(own.answers(&request(), 1_000).is_err(), "with itself");
    }

    /// I289.
    #[test]
    fn whoever_signs_finds_what_was_quoted_and_nothing_more() {
        let quote = quote();
        let (e, block) = (Exchange::new(1), quote.instruction());
        let refresh = instruction::refresh_underlying(&e, &Address::new_from_array([9; 32]), 0);
        let options = instruction::refresh_options(&e, 0, &[10, 12]);
        let budget = Instruction { program_id: COMPUTE_BUDGET, accounts: Vec::new(), data: vec![2, 0, 0, 0, 0] };
        quote.verify(&[budget, refresh.clone(), options, block.clone()]).unwrap();
        // As a transaction decodes: the fee payer is writable.
        let mut payer = block.clone();
        payer.accounts[0].is_writable = true;
        quote.verify(&[payer]).unwrap();

        assert!(quote.verify(&[]).is_err());
        assert!(quote.verify(std::slice::from_ref(&refresh)).is_err());
        assert!(quote.verify(&[block.clone(), block.clone()]).is_err(), "twice");
        let changes: [fn(&mut Quote); 8] = [
            |q| q.prices[0] += 1,
            |q| q.request.legs[0].lots += 1,
            |q| q.request.legs[1].instrument += 1,
            |q| q.maker.margin = Address::new_from_array([8; 32]),
            |q| q.request.taker.margin = Address::new_from_array([8; 32]),
            |q| q.expires_at += 1,
            |q| q.nonce += 1,
            |q| q.request.exchange = 2,
        ];
        for (n, change) in changes.into_iter().enumerate() {
            let mut other = quote.clone();
            change(&mut other);
            assert!(quote.verify(&[other.instruction()]).is_err(), "change {n}");
        }
        let maker = party(3);
        let thefts = [
            instruction::withdraw(&e, &maker.authority, &maker.margin, &maker.margin, &maker.margin, 1),
            instruction::set_delegate(
                &e,
                &maker.authority,
                &maker.margin,
                &party(1).authority,
                ballast::state::Permissions::all(),
                i64::MAX,
            ),
            instruction::transfer_cash(&e, &maker.authority, &maker.margin, &party(1).margin, 1),
            Instruction { program_id: crate::SYSTEM_PROGRAM, accounts: Vec::new(), data: Vec::new() },
            Instruction { program_id: crate::TOKEN_PROGRAM, ..refresh },
        ];
        for theft in thefts {
            assert!(quote.verify(&[block.clone(), theft]).is_err());
        }
    }

    #[test]
    fn requests_and_quotes_are_text_and_back() {
        let json = serde_json::to_string(&quote()).unwrap();
        assert!(json.contains(&party(3).margin.to_string()), "{json}");
        assert_eq!(serde_json::from_str::<Quote>(&json).unwrap(), quote());
        assert!(serde_json::from_str::<Request>(r#"{"exchange":1,"taker":{"authority":"x","margin":"y"}}"#).is_err());
    }
}
