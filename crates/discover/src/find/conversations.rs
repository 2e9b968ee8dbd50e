//! Where conversations are kept: stores of messages that frameworks bring, tables with a column for
//! who speaks and one for what is said, and files that are called after what is in them.

use std::collections::BTreeMap;

use annex_isms::AssetKind;

use super::Source;
use crate::findings::{Finding, Findings, Key, Place};
use crate::source::facts::{Shape, last};
use crate::walk::has_end;

/// Parts of the names of classes that keep messages, and what they keep them in.
const KEEPERS: [&str; 6] = [
    "ChatMessageHistory",
    "ChatMemoryStore",
    "ChatMemoryRepository",
    "ChatStore",
    "ChatMessageStore",
    "ConversationStore",
];
const PRODUCTS: [(&str, &str); 19] = [
    ("UpstashRedis", "upstash"),
    ("Redis", "redis"),
    ("Postgres", "postgres"),
    ("MongoDB", "mongodb"),
    ("MongoDb", "mongodb"),
    ("DynamoDB", "dynamodb"),
    ("Firestore", "firestore"),
    ("CosmosDB", "azure-cosmosdb"),
    ("AzureCosmosDB", "azure-cosmosdb"),
    ("Cassandra", "cassandra"),
    ("Neo4j", "neo4j"),
    ("Jdbc", "sql"),
    ("SQL", "sql"),
    ("Sqlite", "sqlite"),
    ("File", "filesystem"),
    ("Zep", "zep"),
    ("Momento", "momento"),
    ("Xata", "xata"),
    ("Elasticsearch", "elasticsearch"),
];

/// What a file of conversations is called.
const ABOUT: [&str; 8] = [
    "chat_history",
    "chat-history",
    "chathistory",
    "conversation_history",
    "conversations",
    "chat_log",
    "chat_sessions",
    "message_history",
];
const FILES: [&str; 9] =
    [".json", ".jsonl", ".pkl", ".pickle", ".db", ".sqlite", ".sqlite3", ".csv", ".txt"];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    declared(source, out);
    if source.packages.is_empty() {
        return;
    }
    for call in &source.facts.calls {
        let product = call.callee.split('.').find_map(|part| {
            let keeper = KEEPERS.iter().find_map(|keeper| part.strip_suffix(keeper))?;
            PRODUCTS.iter().find(|(name, _)| *name == keeper).map(|(_, product)| *product)
        });
        if let Some(product) = product.filter(|_| source.package_of(&call.callee).is_some()) {
            out.assets.push(Finding::new(
                AssetKind::LogStore,
                Key::World(product.to_owned()),
                product,
                source.place(call.line),
            ));
        }
    }
    for text in source.facts.texts.iter().filter(|text| !text.holes) {
        let lower = text.content.to_ascii_lowercase();
        let name = lower.rsplit(['/', '\\']).next().unwrap_or(&lower);
        if has_end(name, &FILES) && ABOUT.iter().any(|word| name.contains(word)) {
            let key = Key::System { name: name.to_owned(), folder: String::new() };
            out.assets.push(Finding::new(AssetKind::LogStore, key, name, source.place(text.line)));
        }
    }
}

/// Tables that a program declares.
fn declared(source: &Source<'_>, out: &mut Findings) {
    let line = |line| source.place(line).line.unwrap_or(line);
    let mut classes: BTreeMap<&str, Table> = BTreeMap::new();
    for binding in &source.facts.bindings {
        if let Shape::Call(made) = &binding.value.shape
            && COLUMNS.contains(&made.last())
            && !binding.of.is_empty()
        {
            let table = classes
                .entry(last(&binding.of))
                .or_insert_with(|| Table { line: line(binding.value.line), ..Table::default() });
            table.columns.push(last(&binding.name).to_ascii_lowercase());
        }
    }
    for (name, table) in classes {
        table.told(name, source.path, out);
    }
    for call in source.facts.calls.iter().filter(|call| TABLES.contains(&call.last())) {
        let name = call.positional(0).and_then(|name| source.facts.literal(name, call.scope));
        let columns = call.args.iter().filter_map(|arg| arg.name.as_deref());
        let columns = columns.map(str::to_ascii_lowercase).collect();
        if let Some(name) = name {
            Table { line: line(call.line), columns }.told(&name.text, source.path, out);
        }
    }
    for text in source.facts.texts.iter().filter(|text| !text.holes) {
        if text.content.len() <= TABLE_CHARS_MAX
            && text.content.to_ascii_lowercase().contains("create table")
        {
            tables(source.path, &text.content, line(text.line), out);
        }
    }
}

/// Calls that declare a table with its columns.
const TABLES: [&str; 4] = ["pgTable", "sqliteTable", "mysqlTable", "defineTable"];
/// Calls that declare a column in a class.
const COLUMNS: [&str; 4] = ["Column", "mapped_column", "TextField", "CharField"];
/// Columns that say who speaks, and what is said.
const SPEAKER: [&str; 8] =
    ["role", "sender", "sender_type", "author", "speaker", "is_user", "from_user", "message_type"];
const SAID: [&str; 6] = ["content", "text", "message", "parts", "body", "answer"];
const TOPICS: [&str; 6] = ["message", "chat", "conversation", "histor", "turn", "dialog"];
/// Longer texts are no single statement.
const TABLE_CHARS_MAX: usize = 4096;

/// A table and its columns, in lower case.
#[derive(Default)]
struct Table {
    line: u32,
    columns: Vec<String>,
}

impl Table {
    /// Tells it where it keeps what was said, by whom.
    fn told(&self, name: &str, path: &str, out: &mut Findings) {
        let has = |words: &[&str]| self.columns.iter().any(|own| words.contains(&own.as_str()));
        let lower = name.to_ascii_lowercase();
        if has(&SPEAKER) && has(&SAID) && TOPICS.iter().any(|topic| lower.contains(topic)) {
            let key = Key::System { name: lower, folder: String::new() };
            let place = Place::new(path, self.line);
            out.beside.push(Finding::new(AssetKind::LogStore, key, name, place));
        }
    }
}

/// The tables of statements of SQL and of schemas of Prisma; `line` is that of the first.
pub(crate) fn tables(path: &str, text: &str, line: u32, out: &mut Findings) {
    let mut open: Option<(String, Table)> = None;
    for (line, content) in (line..).zip(text.lines()) {
        let mut words = content.split(|c: char| {
            c.is_whitespace() || matches!(c, '(' | ',' | '"' | '`' | '\'' | '[' | ']')
        });
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        let first = words.next().unwrap_or_default();
        let named = match first.to_ascii_lowercase().as_str() {
            "create" => {
                let rest: Vec<&str> = words.collect();
                let at = rest.iter().position(|word| word.eq_ignore_ascii_case("table"));
                let mut rest = rest.into_iter().skip(at.map_or(usize::MAX, |at| at + 1));
                rest.find(|word| {
                    !["if", "not", "exists"].contains(&word.to_ascii_lowercase().as_str())
                })
            }
            "model" if has_end(path, &[".prisma"]) => words.next(),
            column => {
                if let Some((_, table)) = &mut open {
                    table.columns.push(column.to_owned());
                }
                None
            }
        };
        if let Some(name) = named {
            let name = name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_owned();
            open = Some((name, Table { line, ..Table::default() }));
        }
        if (content.contains(';') || content.trim() == "}" || content.trim().starts_with(')'))
            && let Some((name, table)) = open.take()
        {
            table.told(&name, path, out);
        }
    }
    if let Some((name, table)) = open {
        table.told(&name, path, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_keep_conversations_when_they_say_who_speaks_and_what_is_said() {
        let of = |path: &str, text: &str| {
            let mut out = Findings::default();
            tables(path, text, 1, &mut out);
            let told = out.beside.into_iter().map(|found| (found.name, found.place.line));
            told.collect::<Vec<_>>()
        };
        let sql = "CREATE TABLE users (\n  role text,\n  text text\n);\n\
            create table if not exists public.messages (\n  \"role\" text,\n  content text\n);\n\
            create table chats (\n  id int\n);\n";
        assert_eq!(of("a.sql", sql), [("messages".to_owned(), Some(5))]);
        let prisma =
            "model Message {\n  role String\n  content String\n}\nmodel User {\n  role String\n}\n";
        assert_eq!(of("schema.prisma", prisma), [("Message".to_owned(), Some(1))]);
        assert_eq!(of("a.txt", prisma), []);
    }
}
