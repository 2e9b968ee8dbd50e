//! Every register in every form.

use annex_report::{Reader, Register, Report, Style};

use crate::support;

#[test]
fn every_register_has_every_form() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let report = Report::new(&assessment, &catalogue);
    for register in Register::ALL {
        let table = report.table(register);
        assert!(!table.rows.is_empty(), "{register:?}");
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{register:?}");
        let json = table.to_json();
        assert_eq!(json.as_array().map(Vec::len), Some(table.rows.len()), "{register:?}");
        let csv = String::from_utf8(table.to_csv()).expect("UTF-8");
        assert!(csv.starts_with(table.columns[0].key), "{register:?}");
        assert!(table.to_markdown().lines().count() == table.rows.len() + 2, "{register:?}");
        assert!(table.to_html().into_string().contains("<table"), "{register:?}");
        for width in [80, 100, 160] {
            let text = table.to_text(Style { width, colour: false });
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            // What must stay whole may take more than the terminal has; nothing else does.
            let seen = table.columns.iter().enumerate().filter(|(_, c)| c.reader == Reader::All);
            let least: usize = seen
                .map(|(index, column)| {
                    let cells = table.rows.iter().map(|row| row[index].text.chars().count());
                    let natural = cells.max().unwrap_or(0).max(column.title.len());
                    2 + if column.whole { natural } else { 6 }
                })
                .sum();
            assert!(widest <= width.max(least), "{register:?} at {width}: {widest}");
        }
    }
}

#[test]
fn registers_of_nothing_never_say_that_all_is_well() {
    let (assessment, catalogue) = (support::nothing_found(), support::catalogue());
    let report = Report::new(&assessment, &catalogue);
    for register in [Register::Systems, Register::Assets, Register::Flows, Register::Risks] {
        let text = report.table(register).to_text(Style::default());
        assert_eq!(text, "none found in 288 files read; 3 things not read\n");
    }
    assert_eq!(
        report.table(Register::Gaps).to_text(Style::default()),
        "no gap is known; 0 results are unknown, which is not met\n"
    );
}

#[test]
fn gaps_on_a_terminal() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let report = Report::new(&assessment, &catalogue);
    let mut table = report.table(Register::Gaps);
    table.rows.truncate(2);
    insta::assert_snapshot!(table.to_text(Style { width: 140, colour: false }));
    insta::assert_json_snapshot!(table.to_json()[0]);
}
