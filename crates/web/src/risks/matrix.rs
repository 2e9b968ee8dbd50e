//! The matrix of risks as a drawing, and the same numbers as a table for who does not see it.

use std::collections::BTreeMap;

use annex_catalog::Scale;
use annex_isms::Score;
use maud::{Markup, html};

/// At which point of its treatment a risk is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Inherent,
    Current,
    Residual,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Current, Self::Inherent, Self::Residual];

    /// The stage of a word; the current one, unless another is named.
    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|stage| stage.word() == word).unwrap_or(Self::Current)
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Inherent => "inherent",
            Self::Current => "current",
            Self::Residual => "residual",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Inherent => "As its owner judged it, before any control.",
            Self::Current => {
                "The likelihood that the owner judged, moved by what was measured since."
            }
            Self::Residual => "After treatment, as someone else approved it.",
        }
    }
}

/// How many risks are where.
#[derive(Default)]
pub(super) struct Cells(BTreeMap<(u8, u8), usize>);

impl Cells {
    pub(super) fn new(places: impl Iterator<Item = (Score, Score)>) -> Self {
        let mut cells = Self::default();
        for (likelihood, consequence) in places {
            *cells.0.entry((likelihood.get(), consequence.get())).or_default() += 1;
        }
        cells
    }

    fn get(&self, likelihood: u8, consequence: u8) -> usize {
        self.0.get(&(likelihood, consequence)).copied().unwrap_or_default()
    }

    fn total(&self) -> usize {
        self.0.values().sum()
    }
}

/// The three stages to choose from.
pub(super) fn choice(stage: Stage) -> Markup {
    html! {
        nav.parts aria-label="Stage of the risks" {
            @for other in Stage::ALL {
                a href=(format!("/risks?stage={}", other.word())) aria-current=[(other == stage).then_some("true")] { (other.word()) }
            }
        }
        p.beside { (stage.words()) }
    }
}

/// Side of a cell, and the room for the numbers of the scales, in units of the drawing.
const CELL: u32 = 64;
const MARGIN: u32 = 34;

/// The drawing with its text alternative.
pub(super) fn figure(
    cells: &Cells,
    stage: Stage,
    risks: usize,
    accept_score_max: u8,
    scales: &BTreeMap<String, Scale>,
) -> Markup {
    let unplaced = risks - cells.total();
    let name = |scale: &str, level: u8| {
        let found = scales.get(scale).and_then(|scale| scale.levels.get(usize::from(level) - 1));
        found.map_or_else(|| level.to_string(), |own| format!("{level} {}", own.name))
    };
    let size = 5 * CELL + MARGIN;
    let caption = format!(
        "Risks by {} likelihood and consequence: {} judged, {unplaced} not judged at this stage.",
        stage.word(),
        cells.total(),
    );
    html! {
        figure.matrix {
            svg viewBox=(format!("0 0 {size} {}", size + 4)) role="img" aria-labelledby="matrix-title" {
                title id="matrix-title" { (caption) " The table below has the same numbers." }
                @for likelihood in 1..=5_u8 { @for consequence in 1..=5_u8 {
                    @let x = MARGIN + u32::from(consequence - 1) * CELL;
                    @let y = 1 + u32::from(5 - likelihood) * CELL;
                    @let within = likelihood * consequence <= accept_score_max;
                    @let number = cells.get(likelihood, consequence);
                    rect class=(if within { "cell within" } else { "cell beyond" }) x=(x) y=(y) width=(CELL - 2) height=(CELL - 2) rx="4" {}
                    @if number > 0 { text.number x=(x + CELL / 2 - 1) y=(y + CELL / 2 + 7) text-anchor="middle" { (number) } }
                } }
                @for level in 1..=5_u8 {
                    text.step x=(MARGIN + u32::from(level - 1) * CELL + CELL / 2) y=(5 * CELL + 16) text-anchor="middle" { (level) }
                    text.step x="22" y=(u32::from(5 - level) * CELL + CELL / 2 + 5) text-anchor="middle" { (level) }
                }
                text.step x=(MARGIN + 5 * CELL / 2) y=(5 * CELL + 32) text-anchor="middle" { "consequence →" }
                text.step transform=(format!("translate(10 {}) rotate(-90)", 5 * CELL / 2)) text-anchor="middle" { "likelihood →" }
            }
            figcaption {
                (caption) " Scores up to " (accept_score_max) " are acceptable without further treatment; they have a plain border, the others a thick one."
            }
        }
        details {
            summary { "The matrix as a table, and what the steps mean" }
            div.scroll tabindex="0" role="region" aria-label="Matrix of risks" { table {
                caption.beside { "Rows: likelihood. Columns: consequence." }
                thead { tr { td {} @for consequence in 1..=5_u8 { th scope="col" { (name("consequence", consequence)) } } } }
                tbody { @for likelihood in (1..=5_u8).rev() { tr {
                    th scope="row" { (name("likelihood", likelihood)) }
                    @for consequence in 1..=5_u8 { td {
                        @let number = cells.get(likelihood, consequence);
                        @if number == 0 { "0" } @else {
                            a href=(format!("/risks?stage={}&likelihood={likelihood}&consequence={consequence}#list", stage.word())) { (number) }
                        }
                    } }
                } } }
            } }
            (steps(scales))
        }
    }
}

/// The steps of both scales in words.
pub(super) fn steps(scales: &BTreeMap<String, Scale>) -> Markup {
    html! {
        @for (id, title) in [("likelihood", "Likelihood"), ("consequence", "Consequence")] {
            @if let Some(scale) = scales.get(id) {
                h3 { (title) }
                ol { @for level in &scale.levels { li { strong { (level.name) } ". " (level.words) } } }
            }
        }
    }
}
