//! The pages over the helpdesk example.

mod access;
mod api;
mod approvals;
mod at_provider;
mod audit;
mod comments;
mod desk;
mod evidence;
mod hostile;
mod identity;
mod import;
mod notices;
mod observe;
mod organisations;
mod pages;
mod provider;
mod registers;
mod second_factor;
mod views;
mod work;
