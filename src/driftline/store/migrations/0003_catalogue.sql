-- compatible: 2
-- The catalogue: what people say of nodes, by node id, because it must outlive whatever is worked out anew.

-- Tags, owners, descriptions and attached terms. What is taken away stays, as a fact about the past.
create table label (
  id {id},
  node text not null,
  sort text not null,
  name text not null,
  value text not null,
  body {blob} not null,
  said_by text not null,
  since_us bigint not null,
  until_us bigint not null,
  ended_by text not null
);
create unique index label_standing on label (node, sort, name) where until_us = 9223372036854775807;
create index label_node on label (node, since_us);
create index label_name on label (sort, name);

-- Edges that a tag ('' = any) does not pass.
create table tag_block (
  source text not null,
  target text not null,
  tag text not null,
  said_by text not null,
  since_us bigint not null,
  until_us bigint not null,
  ended_by text not null,
  primary key (source, target, tag, since_us)
) {norowid};

-- What tags mean, and the glossary.
create table tag_kind (name text primary key, body {blob} not null) {norowid};
create table term (name text primary key, body {blob} not null) {norowid};

-- What can be searched. Owner: the dataset or job that it belongs to (a column to its dataset), 0 for a term. Told: events
-- tag it or one of its columns. Hash: of all that is indexed. Used: how often it was read lately, as of used_us.
create table entry (
  id bigint primary key,
  node text not null unique,
  owner bigint not null,
  type text not null,
  kind text not null,
  namespace text not null,
  name text not null,
  marks text not null,
  sensitive smallint not null,
  told smallint not null,
  hash bigint not null,
  used bigint not null,
  used_us bigint not null
) {norowid};
create index entry_owner on entry (owner);
create index entry_told on entry (owner) where told = 1;
create index entry_used on entry (used, id);

-- Words, and where they stand: the smaller the rank, the more a word says.
create table posting (
  term text not null,
  rank smallint not null,
  entry bigint not null,
  primary key (term, rank, entry)
) {norowid};
create index posting_entry on posting (entry, term, rank);

-- Which findings and changes an incident has: what is in trouble is found first.
create index incident_member_of on incident_member (incident, member);
