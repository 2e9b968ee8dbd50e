//! The pages over the helpdesk example.

mod access;
mod api;
mod desk;
mod evidence;
mod organisations;
mod pages;
mod registers;
