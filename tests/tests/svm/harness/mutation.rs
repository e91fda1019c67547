//! Systematic mutations of a valid instruction.
//!
//! Every slot of the instruction's account list is mutated in every way that its kind allows, and arguments are replaced.
//! What each must fail with follows from a small model of how accounts are loaded (Anchor's order: duplicates, then each
//! account's own checks from first to last, then seeds and addresses), and where that says nothing, from the table of the
//! instruction: see [`Case::except`]. No mutation goes unasserted: it is refused with one exact error and changes not a
//! byte, or the table lists it as legal.

use super::refusal::{
    DUPLICATE, Expected, NOT_EXECUTABLE, NOT_WRITABLE, TOO_FEW_ACCOUNTS, assert_refused, try_refused,
};
use ballast_client::{SYSTEM_PROGRAM, TOKEN_PROGRAM, account::discriminator, ballast};
use ballast_testkit::Svm;
use solana_account::Account;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// What a slot of an account list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Signs and pays, and may be somebody else in the list as well.
    Payer,
    /// Signs.
    Signer,
    /// An account of the program, of this name.
    Typed(&'static str),
    /// An account that is made here by Anchor's `init`.
    Init,
    /// An account without a type: vaults, token accounts, mints, prices.
    Unchecked,
    /// An account without a type that gets lamports, and may be somebody else in the list as well.
    Receiver,
    /// An account without a type after those that Anchor knows of.
    Further,
    /// A program.
    Program(Address),
}

/// A way to change an account list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// The signer does not sign.
    NotSigner,
    /// Somebody else signs.
    OtherSigner,
    /// The account is not writable.
    NotWritable,
    /// The same bytes elsewhere, owned by another program.
    OtherOwner,
    /// The same bytes elsewhere, with another account type's discriminator.
    OtherType,
    /// The same bytes elsewhere: right owner, right type, wrong address.
    OtherAddress,
    /// The same bytes elsewhere, one too few.
    Truncated,
    /// Nothing is there.
    Empty,
    /// The account in the same role of another exchange.
    OtherExchange,
    /// The account in the same role of somebody or something else in this exchange.
    Sibling,
    /// Changes places with the next account in the list.
    SwappedWithNext,
    /// The account in another place of the list, a second time.
    DuplicateOf(usize),
    /// The list ends before it.
    Missing,
}

/// What the table says about a mutation.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Goes through: proven by a simulation.
    Legal,
    /// Is refused with this.
    Refused(Expected),
}

impl<E: Into<Expected>> From<E> for Verdict {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// A valid instruction, and what is particular to it.
pub struct Case {
    name: &'static str,
    instruction: Instruction,
    signers: Vec<Keypair>,
    slots: Vec<Slot>,
    siblings: Vec<(usize, Address)>,
    others: Vec<(usize, Address)>,
    exceptions: Vec<(usize, Mutation, Verdict)>,
}

impl Case {
    /// A valid instruction with the kinds of its accounts, in their order.
    pub fn new(name: &'static str, instruction: Instruction, signers: &[&Keypair], slots: &[Slot]) -> Self {
        assert_eq!(instruction.accounts.len(), slots.len(), "{name}: one kind for each account");
        Self {
            name,
            instruction,
            signers: signers.iter().map(|k| k.insecure_clone()).collect(),
            slots: slots.to_vec(),
            siblings: Vec::new(),
            others: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    /// An account of the same exchange that could be mistaken for the one in a slot.
    pub fn sibling(mut self, slot: usize, address: Address) -> Self {
        self.siblings.push((slot, address));
        self
    }

    /// The account of another exchange in the role of a slot.
    pub fn other_exchange(mut self, slot: usize, address: Address) -> Self {
        self.others.push((slot, address));
        self
    }

    /// What a mutation leads to where that does not follow from how accounts are loaded.
    pub fn except(mut self, slot: usize, mutation: Mutation, verdict: impl Into<Verdict>) -> Self {
        self.exceptions.push((slot, mutation, verdict.into()));
        self
    }

    /// Proves that the instruction is valid and that every mutation of its accounts is refused.
    pub fn run(mut self, svm: &mut Svm) {
        self.prove_valid(svm);
        let mut used = vec![false; self.exceptions.len()];
        let mut failures = Vec::new();
        let mutations = self.mutations();
        for &(slot, mutation) in &mutations {
            let Some((instruction, signers)) = self.mutate(svm, slot, mutation) else { continue };
            let listed = self.exceptions.iter().position(|(s, m, _)| (*s, *m) == (slot, mutation));
            let predicted = self.predict(svm, &instruction, mutation);
            let verdict = match (listed, predicted) {
                (Some(at), None) => {
                    used[at] = true;
                    self.exceptions[at].2.clone()
                }
                (None, Some(error)) => error.into(),
                (None, None) => InstructionError::InvalidSeeds.into(),
                (Some(_), Some(error)) => {
                    failures.push(format!("slot {slot} {mutation:?}: listed, but it follows that it is {error:?}"));
                    continue;
                }
            };
            let keys: Vec<&Keypair> = signers.iter().collect();
            let checked = match &verdict {
                Verdict::Legal => {
                    svm.simulate(std::slice::from_ref(&instruction), &keys).map(|_| ()).map_err(|f| format!("{f:#?}"))
                }
                Verdict::Refused(expected) => {
                    try_refused(svm, |svm| svm.send(std::slice::from_ref(&instruction), &keys), expected).map(|_| ())
                }
            };
            if let Err(what) = checked {
                failures.push(format!("slot {slot} {mutation:?}: {what}"));
            }
        }
        for ((slot, mutation, _), used) in self.exceptions.iter().zip(used) {
            if !used {
                failures.push(format!("slot {slot} {mutation:?}: listed, but never tried"));
            }
        }
        assert!(failures.is_empty(), "{}:\n{}", self.name, failures.join("\n"));
        self.prove_valid(svm);
    }

    /// Proves that replaced arguments are refused.
    pub fn arguments(self, svm: &mut Svm, replaced: &[(&str, Instruction, Expected)]) -> Self {
        self.prove_valid(svm);
        let keys: Vec<&Keypair> = self.signers.iter().collect();
        for (what, instruction, expected) in replaced {
            println!("{}: {what}", self.name);
            assert_refused(svm, std::slice::from_ref(instruction), &keys, expected.clone());
        }
        let mut cut = self.instruction.clone();
        if cut.data.len() > 1 {
            cut.data.pop();
            assert_refused(svm, std::slice::from_ref(&cut), &keys, InstructionError::InvalidInstructionData);
            cut.data.truncate(1);
            assert_refused(svm, &[cut], &keys, InstructionError::InvalidInstructionData);
        }
        drop(keys);
        self
    }

    fn prove_valid(&self, svm: &mut Svm) {
        let keys: Vec<&Keypair> = self.signers.iter().collect();
        if let Err(failed) = svm.simulate(std::slice::from_ref(&self.instruction), &keys) {
            panic!("{} is not valid: {:?} {:#?}", self.name, failed.error, failed.log);
        }
    }

    fn mutations(&self) -> Vec<(usize, Mutation)> {
        let mut all = Vec::new();
        let count = self.slots.len();
        for (slot, kind) in self.slots.iter().enumerate() {
            let mut add = |mutation| all.push((slot, mutation));
            match kind {
                Slot::Payer | Slot::Signer => {
                    add(Mutation::NotSigner);
                    add(Mutation::OtherSigner);
                }
                Slot::Typed(_) => {
                    add(Mutation::OtherOwner);
                    add(Mutation::OtherType);
                    add(Mutation::OtherAddress);
                    add(Mutation::Truncated);
                    add(Mutation::Empty);
                    add(Mutation::OtherExchange);
                    add(Mutation::Sibling);
                }
                Slot::Init | Slot::Unchecked | Slot::Receiver | Slot::Further => {
                    add(Mutation::OtherOwner);
                    add(Mutation::OtherAddress);
                    add(Mutation::Empty);
                    add(Mutation::OtherExchange);
                    add(Mutation::Sibling);
                }
                Slot::Program(_) => {
                    add(Mutation::Empty);
                    add(Mutation::Sibling);
                }
            }
            if self.instruction.accounts[slot].is_writable {
                add(Mutation::NotWritable);
            }
            if slot + 1 < count {
                add(Mutation::SwappedWithNext);
            }
            (0..count).filter(|other| *other != slot).for_each(|other| add(Mutation::DuplicateOf(other)));
            add(Mutation::Missing);
        }
        all
    }

    /// The instruction with a mutation, and who signs it. None where the mutation does not apply.
    fn mutate(&mut self, svm: &mut Svm, slot: usize, mutation: Mutation) -> Option<(Instruction, Vec<Keypair>)> {
        let mut instruction = self.instruction.clone();
        let mut signers: Vec<Keypair> = self.signers.iter().map(Keypair::insecure_clone).collect();
        let address = instruction.accounts[slot].pubkey;
        let mut replace = |svm: &mut Svm, change: &dyn Fn(&mut Account)| -> Option<()> {
            let mut account = svm.account(&address)?;
            change(&mut account);
            let elsewhere = Address::new_unique();
            svm.set_account(elsewhere, account);
            instruction.accounts[slot].pubkey = elsewhere;
            Some(())
        };
        match mutation {
            Mutation::NotSigner => {
                instruction.accounts[slot].is_signer = false;
                signers.retain(|k| k.pubkey() != address);
            }
            Mutation::OtherSigner => {
                let other = Keypair::new();
                svm.fund(&other.pubkey());
                instruction.accounts[slot].pubkey = other.pubkey();
                signers.retain(|k| k.pubkey() != address);
                signers.push(other);
            }
            Mutation::NotWritable => instruction.accounts[slot].is_writable = false,
            Mutation::OtherOwner => replace(svm, &|a| a.owner = Address::new_from_array([9; 32]))?,
            Mutation::OtherType => replace(svm, &|a| a.data[..8].copy_from_slice(&discriminator("Other")))?,
            Mutation::OtherAddress => replace(svm, &|_| ())?,
            Mutation::Truncated => {
                let Slot::Typed(name) = self.slots[slot] else { return None };
                replace(svm, &|a| a.data.truncate(min_len(name) - 1))?;
            }
            Mutation::Empty => instruction.accounts[slot].pubkey = Address::new_unique(),
            Mutation::OtherExchange => {
                instruction.accounts[slot].pubkey = self.others.iter().find(|(s, _)| *s == slot)?.1;
            }
            Mutation::Sibling => match self.slots[slot] {
                Slot::Program(_) => instruction.accounts[slot].pubkey = ballast::ID,
                _ => instruction.accounts[slot].pubkey = self.siblings.iter().find(|(s, _)| *s == slot)?.1,
            },
            Mutation::SwappedWithNext => {
                let next = instruction.accounts[slot + 1].pubkey;
                instruction.accounts[slot + 1].pubkey = address;
                instruction.accounts[slot].pubkey = next;
                self.keep_signing(&mut instruction);
            }
            Mutation::DuplicateOf(other) => {
                instruction.accounts[slot].pubkey = instruction.accounts[other].pubkey;
                self.keep_signing(&mut instruction);
            }
            Mutation::Missing => instruction.accounts.truncate(slot),
        }
        // Only those who are asked to may sign.
        signers.retain(|k| instruction.accounts.iter().any(|m| m.is_signer && m.pubkey == k.pubkey()));
        Some((instruction, signers))
    }

    /// After accounts moved: only keys that sign can be marked as signing.
    fn keep_signing(&self, instruction: &mut Instruction) {
        for meta in &mut instruction.accounts {
            meta.is_signer = self.signers.iter().any(|k| k.pubkey() == meta.pubkey);
        }
    }

    /// What loading the accounts refuses with: the first that fails.
    fn predict(&self, svm: &Svm, instruction: &Instruction, mutation: Mutation) -> Option<Expected> {
        let metas = &instruction.accounts;
        if mutation == Mutation::Missing {
            return (self.slots[metas.len()] != Slot::Further).then_some(TOO_FEW_ACCOUNTS);
        }
        // Flags belong to an address, not to its place in the list.
        let signs = |a: &Address| metas.iter().any(|m| m.pubkey == *a && m.is_signer);
        // The runtime never lets a built-in program be written.
        let writable = |a: &Address| *a != SYSTEM_PROGRAM && metas.iter().any(|m| m.pubkey == *a && m.is_writable);
        let is_mut = |slot: usize| self.instruction.accounts[slot].is_writable;
        let further = |slot: usize| self.slots[slot] == Slot::Further;
        let repeated = |slot: usize, among_further: bool| {
            let address = metas[slot].pubkey;
            let same = |(other, m): (usize, &AccountMeta)| other != slot && m.pubkey == address;
            metas.iter().enumerate().filter(|(other, _)| further(*other) == among_further).any(same)
        };
        let duplicate = |among_further: bool| {
            // Of the further accounts Anchor knows only whether they repeat one that is declared and written.
            let may_repeat = |slot: usize| matches!(self.slots[slot], Slot::Payer | Slot::Receiver | Slot::Further);
            let written = |slot: &usize| is_mut(*slot) && !may_repeat(*slot);
            (0..metas.len()).filter(written).any(|slot| repeated(slot, among_further))
        };
        if duplicate(false) {
            return Some(DUPLICATE);
        }
        // An `init` account is made after the others are loaded.
        let order = (0..metas.len()).filter(|s| self.slots[*s] != Slot::Init);
        for slot in order {
            let address = &metas[slot].pubkey;
            let account = svm.account(address);
            let error = match self.slots[slot] {
                Slot::Payer | Slot::Signer => {
                    let good = signs(address) && (!is_mut(slot) || writable(address));
                    (!good).then(|| InstructionError::MissingRequiredSignature.into())
                }
                Slot::Unchecked | Slot::Receiver | Slot::Further => {
                    (is_mut(slot) && !writable(address)).then_some(NOT_WRITABLE)
                }
                Slot::Program(id) => {
                    if !account.is_some_and(|a| a.executable) {
                        Some(NOT_EXECUTABLE)
                    } else {
                        (*address != id).then(|| InstructionError::IncorrectProgramId.into())
                    }
                }
                Slot::Typed(name) => load_typed(name, account, is_mut(slot), writable(address)),
                Slot::Init => None,
            };
            if error.is_some() {
                return error;
            }
        }
        // The further accounts are read after the others were loaded.
        if duplicate(true) {
            return Some(DUPLICATE);
        }
        let created = |slot: &usize| self.slots[*slot] == Slot::Init && !metas[*slot].is_writable;
        (0..metas.len()).find(created).map(|_| InstructionError::PrivilegeEscalation.into())
    }
}

/// How Anchor loads an account of the program.
fn load_typed(name: &str, account: Option<Account>, to_write: bool, writable: bool) -> Option<Expected> {
    let account = account.unwrap_or_else(|| Account { owner: SYSTEM_PROGRAM, ..Account::default() });
    let short = account.data.len() < min_len(name);
    if to_write && !writable {
        Some(NOT_WRITABLE)
    } else if to_write && short {
        Some(InstructionError::AccountDataTooSmall.into())
    } else if account.owner == SYSTEM_PROGRAM && account.lamports == 0 {
        Some(InstructionError::UninitializedAccount.into())
    } else if account.owner != ballast::ID {
        Some(InstructionError::IllegalOwner.into())
    } else if short {
        Some(InstructionError::AccountDataTooSmall.into())
    } else {
        (!account.data.starts_with(&discriminator(name))).then(|| InstructionError::InvalidAccountData.into())
    }
}

/// Shortest account of a type.
fn min_len(name: &str) -> usize {
    use ballast::state::{
        DISCRIMINATOR_LEN, Exchange, MarginAccount, Market, PendingChange, RiskBoard, Treasury, VolatilitySurface,
    };
    DISCRIMINATOR_LEN
        + match name {
            "Exchange" => size_of::<Exchange>(),
            "Treasury" => size_of::<Treasury>(),
            "RiskBoard" => size_of::<RiskBoard>(),
            "Market" => size_of::<Market>(),
            "MarginAccount" => size_of::<MarginAccount>(),
            "PendingChange" => size_of::<PendingChange>(),
            "VolatilitySurface" => size_of::<VolatilitySurface>(),
            other => panic!("no account type {other}"),
        }
}

/// A slot for each account type and program, so that tables are short.
pub mod slot {
    use super::*;

    pub const EXCHANGE: Slot = Slot::Typed("Exchange");
    pub const TREASURY: Slot = Slot::Typed("Treasury");
    pub const BOARD: Slot = Slot::Typed("RiskBoard");
    pub const MARKET: Slot = Slot::Typed("Market");
    pub const MARGIN: Slot = Slot::Typed("MarginAccount");
    pub const SURFACE: Slot = Slot::Typed("VolatilitySurface");
    pub const CHANGE: Slot = Slot::Typed("PendingChange");
    pub const TOKENS: Slot = Slot::Program(TOKEN_PROGRAM);
    pub const SYSTEM: Slot = Slot::Program(SYSTEM_PROGRAM);
}
