//! The main job on a bank, by `solana-program-test`: deposit, trade, crash, liquidate, over slots, with the clock moved.
//!
//! The other tests run in a machine without a bank. Here transactions are signed, slots follow one another, and rent, fees
//! and the clock are the runtime's.

use anyhow::{Context, Result, ensure};
use ballast_client::ballast::{
    args::LiquidateArgs,
    events::{Liquidated, OrderPlaced},
};
use ballast_client::margin::Liquidation;
use ballast_client::{
    BallastError, account,
    ballast::{
        self,
        args::OrderArgs,
        state::{MarginAccount, RiskBoard, Treasury},
    },
    config::{self, Config},
    event, instruction, margin, oracle,
    pda::Exchange,
    risk::Side,
};
use ballast_testkit::{BTC, elf_path, token};
use solana_account::Account;
use solana_address::Address;
use solana_clock::Clock;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_program_test::{ProgramTest, ProgramTestContext};
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;

const USDC: u64 = 1_000_000;

#[tokio::test]
async fn deposit_trade_and_liquidate_over_slots_on_a_bank() -> Result<()> {
    let mut bank = Bank::new().await?;
    let exchange = bank.exchange;
    let alice = bank.trader(900 * USDC).await?;
    let bob = bank.trader(100_000 * USDC).await?;
    let liquidator = bank.trader(100_000 * USDC).await?;

    // Bob offers in one slot, Alice takes in a later one.
    let slot = bank.slot().await?;
    let offer = OrderArgs::post_only(Side::Ask, 400_000, 200);
    let ix = instruction::place_order(&exchange, &bob.address(), &bob.margin, BTC, &[], &offer);
    bank.send(&[ix], &[&bob.key]).await?;
    bank.pass(10, 4).await?;
    let take = OrderArgs::limit(Side::Bid, 400_000, 100).immediate_or_cancel();
    let ix = instruction::place_order(&exchange, &alice.address(), &alice.margin, BTC, &[bob.margin], &take);
    let log = bank.send(std::slice::from_ref(&ix), &[&alice.key]).await?;
    assert_eq!(event::find::<OrderPlaced>(&log)[0].filled, 100);
    assert!(bank.slot().await? >= slot + 10);

    // The clock moves past the price's age: no more risk.
    bank.pass(5, 60).await?;
    bank.refuse(&[ix], &[&alice.key], BallastError::PriceStale).await?;
    let liquidate = instruction::liquidate(
        &exchange,
        &liquidator.address(),
        &liquidator.margin,
        &alice.margin,
        &[BTC],
        &LiquidateArgs::of(0),
    );
    bank.refuse(std::slice::from_ref(&liquidate), &[&liquidator.key], BallastError::PriceStale).await?;

    // A fresh price at which Alice is well, then one at which she is not.
    bank.publish("39900").await?;
    bank.refuse(std::slice::from_ref(&liquidate), &[&liquidator.key], BallastError::NotLiquidatable).await?;
    bank.pass(20, 30).await?;
    bank.publish("36000").await?;
    let (board, account) = (bank.read::<RiskBoard>(&exchange.board).await?, bank.margin(&alice).await?);
    let treasury = bank.read::<Treasury>(&exchange.treasury).await?;
    let (args, now) = (LiquidateArgs::of(0), bank.now().await?);
    let (board, instruments) = (&board.board, &[BTC]);
    let liquidation = Liquidation { board, treasury: &treasury, account: &account, instruments, args, now };
    let expected = liquidation.after_slice(&bank.margin(&liquidator).await?.portfolio)?;
    let log = bank.send(&[liquidate], &[&liquidator.key]).await?;
    let did = event::find::<Liquidated>(&log)[0].clone();
    assert_eq!(did.discount, expected.slice.payment.discount.get());
    assert!(did.positions[0].lots > 0 && did.positions[0].lots < 100);
    let after = margin::requirements(board, &bank.margin(&alice).await?.portfolio, bank.now().await?)?;
    assert_eq!(after, expected.account);
    assert_eq!(bank.margin(&alice).await?.liquidated_at, bank.now().await?);

    // What the vault holds is what everybody has.
    let mut claims = 0;
    for trader in [&alice, &bob, &liquidator] {
        let portfolio = bank.margin(trader).await?.portfolio;
        claims += portfolio.cash.get() + portfolio.open().iter().map(|p| p.quote.get()).sum::<i64>();
    }
    let treasury = bank.read::<Treasury>(&exchange.treasury).await?;
    let market = account::MarketAccount::decode(&bank.account(&exchange.market(BTC)).await?.data)?;
    claims += treasury.insurance.get() + treasury.fees.get() + market.header.unswept_fees.get();
    let vault = bank.account(&exchange.vault(&bank.usdc)).await?;
    assert_eq!(token::amount(&vault.data) as i64, claims);
    Ok(())
}

struct Trader {
    key: Keypair,
    margin: Address,
}

impl Trader {
    fn address(&self) -> Address {
        self.key.pubkey()
    }
}

/// A bank with the exchange of `migrations/localnet.toml` and one market.
struct Bank {
    context: ProgramTestContext,
    exchange: Exchange,
    config: Config,
    usdc: Address,
    price: Address,
}

impl Bank {
    async fn new() -> Result<Self> {
        // Where solana-program-test looks for programs, unless BPF_OUT_DIR says so.
        let elf = elf_path();
        std::env::set_current_dir(elf.parent().context("the ELF is in a directory")?)?;
        let mut test = ProgramTest::default();
        test.prefer_bpf(true);
        test.add_program("ballast", ballast::ID, None);
        let config = Config::from_toml(include_str!("../../migrations/localnet.toml"))?;
        let mut bank = Self {
            context: test.start_with_context().await,
            exchange: Exchange::new(config.exchange.id),
            config,
            usdc: Address::new_unique(),
            price: Address::new_unique(),
        };
        bank.write(bank.usdc, token::mint_account(6));
        bank.make_exchange().await?;
        bank.publish("40000").await?;
        Ok(bank)
    }

    async fn make_exchange(&mut self) -> Result<()> {
        let (e, admin) = (self.exchange, self.context.payer.pubkey());
        let args = self.config.exchange_args(&admin, &admin)?;
        self.send(&[instruction::initialize_exchange(&admin, &admin, &self.usdc, &args)], &[]).await?;
        while self.account(&e.board).await?.data.len() < RiskBoard::LEN {
            self.send(&[instruction::grow_board(&e, &admin)], &[]).await?;
            self.pass(1, 0).await?;
        }
        let underlying = self.config.underlying_args(&self.config.underlying[0])?;
        let perpetual = self.config.perpetual_args(&self.config.perpetual[0])?;
        let listings = [
            instruction::set_product_group(&e, &admin, 0, config::name("MAJORS")?, &ballast_testkit::offset(600_000)),
            instruction::list_underlying(&e, &admin, &underlying),
            instruction::list_perpetual(&e, &admin, &admin, &perpetual),
        ];
        self.send(&listings, &[]).await?;
        self.send(&instruction::complete_market(&e, &admin, perpetual.instrument), &[]).await?;
        Ok(())
    }

    async fn trader(&mut self, amount: u64) -> Result<Trader> {
        let key = Keypair::new();
        let (owner, payer) = (key.pubkey(), self.context.payer.pubkey());
        let trader = Trader { margin: self.exchange.margin(&owner, 0), key };
        let source = Address::new_unique();
        self.write(source, token::token_account(&self.usdc, &owner, amount));
        let instructions = [
            instruction::open_margin_account(&self.exchange, &payer, &owner, 0),
            instruction::deposit(&self.exchange, &owner, &trader.margin, &source, &self.usdc, amount),
        ];
        self.send(&instructions, &[&trader.key]).await?;
        assert_eq!(self.margin(&trader).await?.portfolio.cash.get() as u64, amount);
        Ok(trader)
    }

    /// Writes a price of now and puts it on the board.
    async fn publish(&mut self, dollars: &str) -> Result<()> {
        let price = oracle::dollars(dollars, self.now().await?)?;
        let (owner, data) = oracle::write(&self.config.underlying[0].first.feed()?, &price)?;
        self.write(self.price, Account { lamports: 10_000_000, data, owner, ..Account::default() });
        self.send(&[instruction::refresh_underlying(&self.exchange, &self.price, BTC)], &[]).await?;
        Ok(())
    }

    /// Lets slots and seconds pass. Slots first: a bank that is finished takes no new clock.
    async fn pass(&mut self, slots: u64, seconds: i64) -> Result<()> {
        let time = self.now().await? + seconds;
        let slot = self.slot().await? + slots;
        self.context.warp_to_slot(slot)?;
        let mut clock: Clock = self.context.banks_client.get_sysvar().await?;
        clock.unix_timestamp = time;
        self.context.set_sysvar(&clock);
        Ok(())
    }

    async fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Vec<String>> {
        let (error, log) = self.process(instructions, signers).await?;
        ensure!(error.is_none(), "{error:?}: {log:#?}");
        Ok(log)
    }

    async fn refuse(&mut self, ix: &[Instruction], signers: &[&Keypair], expected: BallastError) -> Result<()> {
        let (error, log) = self.process(ix, signers).await?;
        let code = InstructionError::Custom(expected.code());
        // The first instruction sets the compute limit.
        assert_eq!(error, Some(TransactionError::InstructionError(1, code)), "{log:#?}");
        Ok(())
    }

    async fn process(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<(Option<TransactionError>, Vec<String>)> {
        let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(1_400_000)];
        all.extend_from_slice(instructions);
        let mut keys = vec![&self.context.payer];
        keys.extend_from_slice(signers);
        let blockhash = self.context.banks_client.get_latest_blockhash().await?;
        let transaction =
            Transaction::new_signed_with_payer(&all, Some(&self.context.payer.pubkey()), &keys, blockhash);
        let done = self.context.banks_client.process_transaction_with_metadata(transaction).await?;
        let log = done.metadata.map(|m| m.log_messages).unwrap_or_default();
        // A fresh blockhash, so that the same instruction can be sent again.
        self.context.get_new_latest_blockhash().await?;
        Ok((done.result.err(), log))
    }

    fn write(&mut self, address: Address, account: Account) {
        self.context.set_account(&address, &account.into());
    }

    async fn account(&mut self, address: &Address) -> Result<Account> {
        self.context.banks_client.get_account(*address).await?.context("the account exists")
    }

    async fn read<T: account::Layout>(&mut self, address: &Address) -> Result<Box<T>> {
        account::decode(&self.account(address).await?.data)
    }

    async fn margin(&mut self, trader: &Trader) -> Result<Box<MarginAccount>> {
        self.read(&trader.margin).await
    }

    async fn slot(&mut self) -> Result<u64> {
        Ok(self.clock().await?.slot)
    }

    async fn now(&mut self) -> Result<i64> {
        Ok(self.clock().await?.unix_timestamp)
    }

    async fn clock(&mut self) -> Result<Clock> {
        Ok(self.context.banks_client.get_sysvar().await?)
    }
}
