//! The pages over the helpdesk example.

mod access;
mod desk;
mod pages;
