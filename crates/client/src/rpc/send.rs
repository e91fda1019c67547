//! Signing, sending, simulating.

use super::{Failed, Rpc};
use base64::{Engine, engine::general_purpose::STANDARD};
use solana_client::{
    rpc_config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig, RpcTransactionConfig, UiTransactionEncoding},
    rpc_response::{OptionSerializer, UiTransactionStatusMeta},
};
use solana_commitment_config::CommitmentConfig;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{
    AddressLookupTableAccount, Message, VersionedMessage, compiled_instruction::CompiledInstruction, v0,
};
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a transaction may take to be confirmed: after this its blockhash has expired.
const CONFIRMATION_TIMEOUT: Duration = Duration::from_secs(90);
/// First and longest pause between questions whether it is.
const POLL: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(400));
/// Most compute units that a transaction may ask for.
const COMPUTE_UNIT_LIMIT: u32 = 1_400_000;

/// A transaction that went through, or would.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its signature.
    pub signature: Signature,
    /// Compute units of the whole transaction.
    pub compute_units: u64,
    /// Its log.
    pub log: Vec<String>,
    /// What its last instruction returned.
    pub return_data: Vec<u8>,
    /// The data of its instructions of Ballast, in their order.
    pub instructions: Vec<Vec<u8>>,
}

impl Rpc {
    /// Signs, sends and confirms a transaction. It is simulated first, so that what would fail costs nothing.
    pub fn send(&self, instructions: &[Instruction], payer: &Keypair, signers: &[&Keypair]) -> Result<Sent, Failed> {
        self.send_with(instructions, payer, signers, &[])
    }

    /// The same, with lookup tables for what they hold of the addresses. Without any it is a transaction of the old kind, which
    /// has room for some thirty addresses.
    pub fn send_with(
        &self,
        instructions: &[Instruction],
        payer: &Keypair,
        signers: &[&Keypair],
        tables: &[AddressLookupTableAccount],
    ) -> Result<Sent, Failed> {
        let transaction = self.sign(instructions, payer, signers, tables)?;
        let config = RpcSendTransactionConfig {
            preflight_commitment: Some(self.client.commitment().commitment),
            ..Default::default()
        };
        let signature = self.client.send_transaction_with_config(&transaction, config)?;
        self.confirm(&signature)
    }

    /// Simulates a transaction: nothing changes.
    pub fn simulate(
        &self,
        instructions: &[Instruction],
        payer: &Keypair,
        signers: &[&Keypair],
    ) -> Result<Sent, Failed> {
        let transaction = self.sign(instructions, payer, signers, &[])?;
        let config = RpcSimulateTransactionConfig { commitment: Some(self.client.commitment()), ..Default::default() };
        let result = self.client.simulate_transaction_with_config(&transaction, config)?.value;
        let log = result.logs.unwrap_or_default();
        if let Some(error) = result.err {
            return Err(Failed::refused(error.into(), log));
        }
        let return_data = result.return_data.map(|r| r.data.0).unwrap_or_default();
        Ok(Sent {
            signature: transaction.signatures[0],
            compute_units: result.units_consumed.unwrap_or_default(),
            log,
            return_data: decode_base64(&return_data)?,
            instructions: instructions_of(&transaction.message),
        })
    }

    /// Waits until a transaction is confirmed and returns what it did.
    pub fn confirm(&self, signature: &Signature) -> Result<Sent, Failed> {
        let deadline = Instant::now() + CONFIRMATION_TIMEOUT;
        let mut pause = POLL.0;
        loop {
            let status = self.client.get_signature_statuses(&[*signature])?.value.into_iter().next().flatten();
            if status.is_some_and(|s| s.satisfies_commitment(CommitmentConfig::confirmed())) {
                return self.transaction(signature);
            }
            if Instant::now() > deadline {
                return Err(Failed::lost(format!(
                    "transaction {signature} was not confirmed within {} s: look it up before sending it again",
                    CONFIRMATION_TIMEOUT.as_secs()
                )));
            }
            sleep(pause);
            pause = (pause * 2).min(POLL.1);
        }
    }

    /// What a confirmed transaction did.
    pub fn transaction(&self, signature: &Signature) -> Result<Sent, Failed> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(CommitmentConfig::confirmed()),
            max_supported_transaction_version: Some(0),
        };
        let found = self.client.get_transaction_with_config(signature, config)?;
        let found = found.transaction;
        let transaction = found.transaction.decode();
        let meta = found.meta.ok_or_else(|| Failed::lost(format!("{signature} has no metadata")))?;
        let mut sent = sent(*signature, meta)?;
        if let Some(message) = transaction.map(|t| t.message) {
            sent.instructions = instructions_of(&message);
        }
        Ok(sent)
    }

    fn sign(
        &self,
        instructions: &[Instruction],
        payer: &Keypair,
        signers: &[&Keypair],
        tables: &[AddressLookupTableAccount],
    ) -> Result<VersionedTransaction, Failed> {
        let mut all = vec![compute_unit_limit(COMPUTE_UNIT_LIMIT)];
        all.extend_from_slice(instructions);
        let mut keys = vec![payer];
        keys.extend(signers.iter().copied().filter(|k| k.pubkey() != payer.pubkey()));
        let blockhash = self.client.get_latest_blockhash()?;
        let message = if tables.is_empty() {
            VersionedMessage::Legacy(Message::new_with_blockhash(&all, Some(&payer.pubkey()), &blockhash))
        } else {
            let message = v0::Message::try_compile(&payer.pubkey(), &all, tables, blockhash);
            VersionedMessage::V0(message.map_err(|e| Failed::lost(format!("the transaction did not compile: {e}")))?)
        };
        VersionedTransaction::try_new(message, &keys)
            .map_err(|e| Failed::lost(format!("the transaction could not be signed: {e}")))
    }
}

fn sent(signature: Signature, meta: UiTransactionStatusMeta) -> Result<Sent, Failed> {
    let log = Option::<Vec<String>>::from(meta.log_messages).unwrap_or_default();
    if let Some(error) = meta.err {
        return Err(Failed::refused(error.into(), log));
    }
    let return_data = match meta.return_data {
        OptionSerializer::Some(data) => decode_base64(&data.data.0)?,
        _ => Vec::new(),
    };
    let compute_units = Option::from(meta.compute_units_consumed).unwrap_or_default();
    Ok(Sent { signature, compute_units, log, return_data, instructions: Vec::new() })
}

/// The data of those instructions that are Ballast's. A program's address is never in a lookup table.
fn instructions_of(message: &VersionedMessage) -> Vec<Vec<u8>> {
    let keys = message.static_account_keys();
    let ours = |i: &&CompiledInstruction| keys.get(usize::from(i.program_id_index)) == Some(&ballast::ID);
    message.instructions().iter().filter(ours).map(|i| i.data.clone()).collect()
}

fn decode_base64(text: &str) -> Result<Vec<u8>, Failed> {
    STANDARD.decode(text).map_err(|e| Failed::lost(format!("the return data did not decode: {e}")))
}

/// An instruction that raises the transaction's compute limit.
fn compute_unit_limit(units: u32) -> Instruction {
    let mut data = vec![2];
    data.extend(units.to_le_bytes());
    let program_id = solana_address::address!("ComputeBudget111111111111111111111111111111");
    Instruction { program_id, accounts: Vec::new(), data }
}
