//! What a template costs: loops, repetitions and powers that run far longer than any conversation.

use super::lexer::Token;
use crate::rules;
use crate::scan::Scan;

/// How many steps constant loops may take together, and how often a text may be repeated.
const STEPS_MAX: u64 = 1_000_000;

/// Checks the tokens of a template that begins at `offset`.
pub(super) fn check(tokens: &[(Token, usize)], offset: u64, scan: &mut Scan<'_>) {
    let mut loops: Vec<u64> = Vec::new();
    for (index, (token, at)) in tokens.iter().enumerate() {
        let place = offset + *at as u64;
        let mut long = |words: &str| {
            scan.find(&rules::TEMPLATE_LONG, place, format!("the template {words}"));
        };
        let rest = &tokens[index + 1..];
        let before = index.checked_sub(1).and_then(|i| tokens.get(i)).map(|(token, _)| token);
        match token {
            Token::Tag(tag) if tag == "for" => {
                loops.push(steps(rest));
                let all = loops.iter().fold(1_u64, |all, steps| all.saturating_mul(*steps));
                if all > STEPS_MAX {
                    long(&format!("loops {all} times or more"));
                }
            }
            Token::Tag(tag) if tag == "endfor" => {
                loops.pop();
            }
            Token::Number(number) if *number > STEPS_MAX * 10 => {
                long(&format!("has the number {number}"));
            }
            Token::Number(_)
                if before != Some(&Token::Punct('*')) && product(&tokens[index..]) > STEPS_MAX =>
            {
                long("repeats more than any text");
            }
            Token::Punct('*') if before == Some(&Token::Punct('*')) => {
                let operand = index.checked_sub(2).and_then(|i| tokens.get(i));
                // In front of a name it hands over arguments.
                if operand.is_some_and(|(token, _)| ends_operand(token)) {
                    long("raises to a power");
                }
            }
            Token::Punct('+' | '~') if doubles(tokens, index) => {
                long("joins a text with itself");
            }
            _ => {}
        }
    }
}

fn ends_operand(token: &Token) -> bool {
    matches!(token, Token::Number(_) | Token::Name(_) | Token::Text(_) | Token::Punct(')' | ']'))
}

/// How often a loop over a constant range runs; 1 where that is not constant.
fn steps(rest: &[(Token, usize)]) -> u64 {
    let head: Vec<_> =
        rest.iter().map(|(token, _)| token).take_while(|token| **token != Token::End).collect();
    let Some(at) = head.iter().position(|t| matches!(t, Token::Name(name) if name == "range"))
    else {
        return 1;
    };
    let numbers = head[at..].iter().filter_map(|token| match token {
        Token::Number(number) => Some(*number),
        _ => None,
    });
    numbers.max().unwrap_or(1).max(1)
}

/// The product of numbers that are multiplied from here on.
fn product(tokens: &[(Token, usize)]) -> u64 {
    let mut product = 1_u64;
    for pair in tokens.chunks(2) {
        let [(Token::Number(number), _), rest @ ..] = pair else {
            break;
        };
        product = product.saturating_mul(*number);
        if !matches!(rest, [(Token::Punct('*'), _)]) {
            break;
        }
    }
    product
}

/// Whether both sides of an operator are the same name: in a loop that doubles with each turn.
fn doubles(tokens: &[(Token, usize)], index: usize) -> bool {
    let part = |token: &Token| matches!(token, Token::Name(_) | Token::Punct('.'));
    let before = tokens[..index].iter().rev().take_while(|(token, _)| part(token)).count();
    let after = tokens[index + 1..].iter().take_while(|(token, _)| part(token)).count();
    before > 0
        && before == after
        && tokens[index - before..index]
            .iter()
            .zip(&tokens[index + 1..])
            .all(|((left, _), (right, _))| left == right)
}
