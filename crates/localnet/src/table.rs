//! Tables as the demo prints them.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// Nothing but a line under the head.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table whose first column has words and whose others have numbers.
pub fn numbers(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(head);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(if column.index == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    table
}
