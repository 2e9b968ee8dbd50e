//! The `OpenAPI` document, made of the table of endpoints and of the types that they take and give.

use std::sync::LazyLock;

use annex_operations::LIST_ROWS_MAX;
use axum::http::header;
use axum::response::IntoResponse;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Endpoint, Problem, document, endpoints};
use crate::routes::Access;

/// What a body is.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// JSON of a type.
    Json(fn(&mut SchemaGenerator) -> Schema),
    /// Comma-separated values.
    Csv,
    /// Bytes.
    Bytes,
    /// Text.
    Text,
}

/// JSON of a type.
pub(super) const fn schema<T: JsonSchema>() -> Content {
    Content::Json(SchemaGenerator::subschema_for::<T>)
}

/// A parameter.
pub(super) struct Parameter {
    name: &'static str,
    place: &'static str,
    form: Form,
    required: bool,
    what: &'static str,
}

/// What a parameter looks like.
#[derive(Clone, Copy)]
enum Form {
    Text,
    /// Text of a type.
    Type(fn(&mut SchemaGenerator) -> Schema),
    /// Text of this regular expression.
    Pattern(&'static str),
    Number,
    Limit,
    Flag,
    Instant,
    Day,
    Fields,
}

impl Parameter {
    pub(super) const fn path(name: &'static str, what: &'static str) -> Self {
        Self { name, place: "path", form: Form::Text, required: true, what }
    }

    pub(super) const fn number_in_path(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Number, ..Self::path(name, what) }
    }

    pub(super) const fn query(name: &'static str, what: &'static str) -> Self {
        Self { name, place: "query", form: Form::Text, required: false, what }
    }

    pub(super) const fn number(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Number, ..Self::query(name, what) }
    }

    pub(super) const fn limit(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Limit, ..Self::query(name, what) }
    }

    pub(super) const fn flag(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Flag, ..Self::query(name, what) }
    }

    pub(super) const fn instant(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Instant, ..Self::query(name, what) }
    }

    pub(super) const fn day(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Day, required: true, ..Self::query(name, what) }
    }

    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) const fn fields(name: &'static str, what: &'static str) -> Self {
        Self { form: Form::Fields, ..Self::query(name, what) }
    }

    pub(super) const fn header(name: &'static str, what: &'static str) -> Self {
        Self { name, place: "header", form: Form::Text, required: false, what }
    }

    pub(super) const fn pattern(self, pattern: &'static str) -> Self {
        Self { form: Form::Pattern(pattern), ..self }
    }

    /// Text of a type.
    pub(super) const fn of<T: JsonSchema>(self) -> Self {
        Self { form: Form::Type(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn document(&self, generator: &mut SchemaGenerator) -> Value {
        let schema = match self.form {
            Form::Type(schema) => schema(generator).to_value(),
            Form::Text if self.place == "path" => json!({ "type": "string", "minLength": 1 }),
            Form::Text => json!({ "type": "string" }),
            Form::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
            Form::Number => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
            Form::Limit => json!({ "type": "integer", "minimum": 1, "maximum": LIST_ROWS_MAX }),
            Form::Flag => json!({ "type": "boolean" }),
            Form::Instant => json!({ "type": "string", "format": "date-time" }),
            Form::Day => json!({ "type": "string", "format": "date" }),
            Form::Fields => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
        };
        let mut document = json!({
            "name": self.name,
            "in": self.place,
            "required": self.required,
            "description": self.what,
            "schema": schema,
        });
        if matches!(self.form, Form::Fields) {
            document["style"] = json!("form");
            document["explode"] = json!(true);
        }
        document
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| describe().to_string());

/// Serves it.
pub(super) async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

fn describe() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    // What is read as a set may name a thing twice.
    settings.transforms.push(Box::new(RecursiveTransform(|schema: &mut Schema| {
        schema.remove("uniqueItems");
    })));
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths = Map::new();
    for endpoint in endpoints().iter().chain([&document()]) {
        let method = endpoint.route.method.to_lowercase();
        let path = paths.entry(endpoint.route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(method, operation(endpoint, &mut generator, &problem));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Annex",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "schemas": generator.take_definitions(true),
        },
    })
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator, problem: &Schema) -> Value {
    let refused = |what: &str| json!({ "description": what, "content": { "application/problem+json": { "schema": problem } } });
    let mut responses = Map::new();
    let mut done = json!({ "description": "Done", "content": content(endpoint.answer, generator) });
    if endpoint.parameters.iter().any(|parameter| parameter.name == "key") {
        done["headers"] =
            json!({ "ETag": { "description": "The version", "schema": { "type": "string" } } });
    }
    responses.insert("200".to_owned(), done);
    responses.insert("400".to_owned(), refused("The request cannot be read"));
    if endpoint.route.access != Access::Everyone {
        responses.insert("401".to_owned(), refused("There is no key, or it has ended"));
        responses.insert("403".to_owned(), refused("The holder of the key may not do this"));
    }
    let names = |parameter: &Parameter| parameter.place == "path";
    if endpoint.body.is_some() || endpoint.parameters.iter().any(names) {
        responses.insert("404".to_owned(), refused("There is no such thing"));
    }
    if endpoint.body.is_some() {
        responses.insert("412".to_owned(), refused("The thing was changed since it was read"));
        responses.insert("413".to_owned(), refused("The body is too large"));
        responses.insert("415".to_owned(), refused("The body is of another type"));
    }
    responses.insert("422".to_owned(), refused("It was understood, and is wrong; says what"));
    responses.insert("503".to_owned(), refused("The register cannot be reached; try again"));
    responses.insert("500".to_owned(), refused("It could not be carried out"));
    let parameters: Vec<Value> =
        endpoint.parameters.iter().map(|parameter| parameter.document(generator)).collect();
    let mut operation = json!({
        "summary": endpoint.summary,
        "operationId": operation_id(endpoint),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = endpoint.body {
        operation["requestBody"] = json!({ "required": true, "content": content(body, generator) });
    }
    if endpoint.route.access == Access::Everyone {
        operation["security"] = json!([]);
    }
    operation
}

fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.route.path.trim_start_matches("/api/").trim_start_matches("v1/");
    let words = path.split(['/', '.']).map(|word| word.trim_matches(['{', '}']));
    let words: Vec<&str> =
        [if endpoint.body.is_some() { "post" } else { "get" }].into_iter().chain(words).collect();
    words.join("_")
}

fn content(content: Content, generator: &mut SchemaGenerator) -> Value {
    match content {
        Content::Json(schema) => json!({ "application/json": { "schema": schema(generator) } }),
        Content::Csv => json!({ "text/csv": { "schema": { "type": "string" } } }),
        Content::Bytes => json!({ "application/octet-stream": {} }),
        Content::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
    }
}
