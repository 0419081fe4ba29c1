//! The table at the end.

use std::fmt::Write as _;

use crate::books::{Books, Entry, Ids};
use crate::courier::Answers;

/// One line: what was done, and what was promised to come of it.
#[derive(Debug)]
pub(crate) struct Line {
    /// What was done.
    pub(crate) what: &'static str,
    /// How many requests or events.
    pub(crate) sent: u32,
    /// The answers, in words.
    pub(crate) answered: String,
    /// Whether the answers are as promised.
    pub(crate) answered_well: bool,
    /// The events it is about.
    pub(crate) ids: Ids,
    /// How many records and effects there must be in the end.
    pub(crate) promised: u32,
}

impl Line {
    /// A line of requests that were all to be answered with one status.
    pub(crate) fn answered(
        what: &'static str,
        answers: &Answers,
        status: u16,
        prefix: &'static str,
        promised: u32,
    ) -> Self {
        let sent = answers.values().sum();
        Self {
            what,
            sent,
            answered: in_words(answers),
            answered_well: answers.get(&status) == Some(&sent),
            ids: Ids::Prefix(prefix),
            promised,
        }
    }
}

pub(crate) fn in_words(answers: &Answers) -> String {
    let parts: Vec<String> = answers
        .iter()
        .map(|(status, count)| format!("{count} x {status}"))
        .collect();
    parts.join(", ")
}

/// Writes the table, and says whether every line is as promised.
pub(crate) fn table(lines: &[Line], books: &Books) -> (String, bool) {
    let mut rows = vec![["what", "sent", "answered", "stored", "effects", ""].map(str::to_owned)];
    let mut all_well = true;
    for line in lines {
        let Entry {
            stored,
            effects,
            odd,
        } = books.entry(&line.ids);
        let well =
            line.answered_well && stored == line.promised && effects == line.promised && odd == 0;
        all_well &= well;
        let verdict = match well {
            true => "as promised".to_owned(),
            false => format!(
                "NOT AS PROMISED: {} stored and run, once each",
                line.promised
            ),
        };
        let runs = match effects {
            0 => "0".to_owned(),
            count if odd == 0 => format!("{count}, once each"),
            count => format!("{count}, {odd} NOT ONCE"),
        };
        rows.push([
            line.what.to_owned(),
            line.sent.to_string(),
            line.answered.clone(),
            stored.to_string(),
            runs,
            verdict,
        ]);
    }
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cells =
            row.iter()
                .zip(widths)
                .enumerate()
                .map(|(column, (cell, width))| match column {
                    // Numbers stand under each other.
                    1 | 3 => format!("{cell:>width$}"),
                    _ => format!("{cell:<width$}"),
                });
        let _ = writeln!(
            text,
            "  {}",
            cells.collect::<Vec<_>>().join("  ").trim_end()
        );
        if at == 0 {
            let _ = writeln!(
                text,
                "  {}",
                widths.map(|width| "-".repeat(width)).join("  ").trim_end()
            );
        }
    }
    (text, all_well)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(promised: u32) -> Line {
        Line::answered("sent", &Answers::from([(200, 2)]), 200, "a-", promised)
    }

    fn books(stored: &[(&str, u32)], effects: &[(&str, u32)]) -> Books {
        let side = |side: &[(&str, u32)]| {
            side.iter()
                .map(|(id, count)| ((*id).to_owned(), *count))
                .collect()
        };
        Books::of(side(stored), side(effects))
    }

    #[test]
    fn only_what_was_promised_passes() {
        let good = books(&[("a-1", 1), ("a-2", 1)], &[("a-1", 1), ("a-2", 1)]);
        assert!(table(&[line(2)], &good).1);
        assert!(!table(&[line(3)], &good).1, "an event is missing");
        assert!(
            !table(&[line(1)], &good).1,
            "an event is stored that must not be"
        );
        let twice = books(&[("a-1", 1), ("a-2", 1)], &[("a-1", 2), ("a-2", 1)]);
        assert!(!table(&[line(2)], &twice).1, "an effect ran twice");
        let uneven = books(&[("a-1", 1), ("a-2", 1)], &[("a-1", 2)]);
        assert!(
            !table(&[line(2)], &uneven).1,
            "one effect ran twice and one never"
        );
        let unstored = books(&[], &[("a-1", 1)]);
        assert!(
            !table(&[line(0)], &unstored).1,
            "an effect ran of an event that is not stored"
        );
    }

    #[test]
    fn an_answer_that_was_not_promised_fails_its_line() {
        let answers = Answers::from([(200, 1), (500, 1)]);
        let line = Line::answered("sent", &answers, 200, "a-", 0);
        let (text, well) = table(&[line], &books(&[], &[]));
        assert!(!well);
        assert!(text.contains("1 x 200, 1 x 500"), "{text}");
        assert!(text.contains("NOT AS PROMISED"), "{text}");
    }
}
