//! Events from a transaction's log. The log of a failed transaction has the events of what was undone: read logs of successful
//! ones.
//!
//! ```
//! use ballast_client::{ballast::events::Liquidated, event};
//!
//! let log: Vec<String> = vec![];
//! for event in event::all(&log) {
//!     println!("{}: {event:?}", event.name());
//! }
//! let liquidations = event::find::<Liquidated>(&log);
//! assert!(liquidations.is_empty());
//! ```

pub use ballast::events::{Event, EventData};

use base64::{Engine, engine::general_purpose::STANDARD};

/// Reads the data of one event: what follows `Program data:`, out of base64. Nothing if it is no event of this program.
pub fn decode(data: &[u8]) -> Option<Event> {
    Event::decode(data)
}

/// Every event that the program left in a log, in order. The program data of other programs are not the program's events.
/// The runtime cuts long logs off: what it left out is missing here.
pub fn all(log: &[impl AsRef<str>]) -> Vec<Event> {
    program_data(log).iter().filter_map(|data| decode(data)).collect()
}

/// As [`all`], the events of one kind.
pub fn find<T: EventData>(log: &[impl AsRef<str>]) -> Vec<T> {
    program_data(log).iter().filter_map(|data| T::decode(data)).collect()
}

/// What this program, and no other, logged as data.
fn program_data(log: &[impl AsRef<str>]) -> Vec<Vec<u8>> {
    let id = ballast::ID.to_string();
    let mut running: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in log.iter().map(AsRef::as_ref) {
        let Some(rest) = line.strip_prefix("Program ") else { continue };
        match rest.split_once(' ') {
            // A program's own words never get here: their lines begin with "Program log:" and "Program data:".
            Some(("data:", data)) if running.last() == Some(&id.as_str()) => found.extend(STANDARD.decode(data)),
            Some(("data:" | "log:" | "return:", _)) => {}
            Some((program, does)) => match does.strip_prefix("invoke [").and_then(|depth| depth.strip_suffix(']')) {
                Some(depth) => {
                    // The depth mends what a line that was left out would spoil.
                    running.truncate(depth.parse::<usize>().unwrap_or(1).saturating_sub(1));
                    running.push(program);
                }
                None if does == "success" || does.starts_with("failed") => drop(running.pop()),
                None => {}
            },
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast::events::{OrdersPruned, Swept};
    use solana_address::Address;

    const SWEPT: Swept = Swept { market: Address::new_from_array([7; 32]), fees: -5 };

    fn bytes<T: EventData>(event: &T) -> Vec<u8> {
        let mut data = T::DISCRIMINATOR.to_vec();
        event.serialize(&mut data).unwrap();
        data
    }

    fn logged(data: &[u8]) -> String {
        format!("Program data: {}", STANDARD.encode(data))
    }

    fn invoke(program: &str, depth: usize) -> String {
        format!("Program {program} invoke [{depth}]")
    }

    fn success(program: &str) -> String {
        format!("Program {program} success")
    }

    fn ours() -> String {
        ballast::ID.to_string()
    }

    const OTHER: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

    #[test]
    fn events_are_found_in_order_and_by_kind() {
        let pruned = OrdersPruned { margin: SWEPT.market, count: 3, instrument: 9 };
        let log = [
            invoke(&ours(), 1),
            logged(&bytes(&SWEPT)),
            invoke(OTHER, 2),
            success(OTHER),
            "Program log: Program data: bm8=".to_owned(),
            logged(&bytes(&pruned)),
            success(&ours()),
        ];
        assert_eq!(all(&log), [Event::Swept(SWEPT), Event::OrdersPruned(pruned)]);
        assert_eq!(find::<OrdersPruned>(&log), [pruned]);
        assert_eq!(all(&log)[0].name(), "Swept");
    }

    #[test]
    fn what_other_programs_log_is_not_taken() {
        let event = logged(&bytes(&SWEPT));
        let before = [event.clone()];
        let called = [invoke(&ours(), 1), invoke(OTHER, 2), event.clone(), success(OTHER), success(&ours())];
        let calls =
            [invoke(OTHER, 1), event.clone(), invoke(&ours(), 2), success(&ours()), event.clone(), success(OTHER)];
        let beside = [invoke(&ours(), 1), success(&ours()), invoke(OTHER, 1), event.clone()];
        let failed =
            [invoke(&ours(), 1), format!("Program {} failed: custom program error: 0x1", ours()), event.clone()];
        let pretends = [invoke(OTHER, 1), format!("Program log: {}", invoke(&ours(), 2)), event];
        for log in [&before[..], &called, &calls, &beside, &failed, &pretends] {
            assert_eq!(all(log), [], "{log:#?}");
        }
    }

    #[test]
    fn a_log_that_was_cut_and_lines_that_are_no_events_are_tolerated() {
        let good = bytes(&SWEPT);
        let (short, mut long) = (&good[..good.len() - 1], good.clone());
        long.push(0);
        let mut log = vec![invoke(&ours(), 1), "Program data: %%%".to_owned(), "Program data: ".to_owned()];
        log.extend([logged(short), logged(&long), logged(&[]), logged(&[1; 8]), "Program".to_owned(), String::new()]);
        log.extend([logged(&good), "Log truncated".to_owned()]);
        assert_eq!(all(&log), [Event::Swept(SWEPT)]);
        // The end of an inner call was left out.
        let mended = [invoke(OTHER, 1), invoke(OTHER, 2), invoke(OTHER, 3), invoke(&ours(), 2), logged(&good)];
        assert_eq!(all(&mended), [Event::Swept(SWEPT)]);
    }
}
