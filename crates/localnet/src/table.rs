//! Plain text tables.

use std::fmt;

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows of text under a head, aligned.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Option<Vec<String>>>,
    indent: usize,
}

impl Table {
    /// A table with the names of its columns. Without any name it has no head.
    pub fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        Self { columns, rows: Vec::new(), indent: 6 }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(Some(cells.into_iter().collect()));
    }

    /// Adds a rule.
    pub fn rule(&mut self) {
        self.rows.push(None);
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().flatten().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([self.columns[column].0.chars().count()]).max().unwrap_or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = (0..self.columns.len()).map(|column| self.width(column)).collect();
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        let line = |cells: &[String]| {
            let mut line = " ".repeat(self.indent);
            for ((cell, width), (_, align)) in cells.iter().zip(&widths).zip(&self.columns) {
                let cell = match align {
                    Align::Left => format!("{cell:<width$}  "),
                    Align::Right => format!("{cell:>width$}  "),
                };
                line.push_str(&cell);
            }
            line.trim_end().to_owned()
        };
        let head: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        if head.iter().any(|name| !name.is_empty()) {
            writeln!(f, "{}", line(&head))?;
            writeln!(f, "{}{rule}", " ".repeat(self.indent))?;
        }
        for row in &self.rows {
            match row {
                Some(cells) => writeln!(f, "{}", line(cells))?,
                None => writeln!(f, "{}{rule}", " ".repeat(self.indent))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&[("who", Align::Left), ("USDC", Align::Right)]);
        table.row(["Ada".to_owned(), "1,000.00".to_owned()]);
        table.rule();
        table.row(["all".to_owned(), "7".to_owned()]);
        let rule = format!("      {}", "─".repeat(13));
        let lines = ["      who      USDC", &rule, "      Ada  1,000.00", &rule, "      all         7", ""];
        assert_eq!(table.to_string(), lines.join("\n"));
    }
}
