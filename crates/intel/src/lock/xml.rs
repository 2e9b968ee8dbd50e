//! XML as a tree of elements with lines. Entities of its own are not resolved, and nothing that
//! a document refers to is read.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Fault;
use super::text::Lines;
use crate::Limits;

/// An element, without the prefix of its namespace.
pub(super) struct Element {
    pub(super) line: u32,
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child, without the space around it.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// An attribute; its name is compared without case, as .NET's tools do.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// This element and all below, in the order of the document. Depth is bounded by [`read`].
    pub(super) fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        visit(self);
        self.children.iter().for_each(|child| child.walk(visit));
    }
}

/// Reads a document.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Element, Fault> {
    let lines = Lines::new(text);
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let fault = |words: String| Fault::new(Some(lines.line(at)), words);
        match reader.read_event().map_err(|error| fault(error.to_string()))? {
            Event::Start(tag) => {
                if open.len() >= limits.lock_depth_max {
                    let max = limits.lock_depth_max;
                    return Err(fault(format!("nested deeper than {max} (lock_depth_max)")));
                }
                open.push(element(&tag, lines.line(at + 1)).map_err(fault)?);
            }
            Event::Empty(tag) => {
                let element = element(&tag, lines.line(at + 1)).map_err(fault)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
            Event::End(_) => {
                let element =
                    open.pop().ok_or_else(|| fault("an end without a start".to_owned()))?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
            Event::Text(part) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&part.xml10_content());
                }
            }
            Event::CData(part) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&part.xml10_content());
                }
            }
            Event::GeneralRef(entity) => {
                if let Some(element) = open.last_mut() {
                    let plain = entity.resolve_char_ref().ok().flatten().map(String::from);
                    let named = || {
                        quick_xml::escape::resolve_xml_entity(&entity.xml10_content())
                            .map(str::to_owned)
                    };
                    let words = || fault("an entity that is not resolved".to_owned());
                    element.text.push_str(&plain.or_else(named).ok_or_else(words)?);
                }
            }
            Event::Eof => return Err(fault("the document ends early".to_owned())),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn element(tag: &BytesStart<'_>, line: u32) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        attributes.push((attribute.key.local_name().into_inner().to_owned(), value.into_owned()));
    }
    let name = tag.local_name().into_inner().to_owned();
    Ok(Element { line, name, attributes, text: String::new(), children: Vec::new() })
}
