-- The tables of the article, for the peers: without the triggers, the search and the indexes of lists that Quire has, so
-- that nothing slows them. data.sql fills them; TypeORM and Hibernate take id and post_created_at of a link for absent.
create table addresses (id bigserial primary key, street text not null, city text not null, country text not null);
create table users (id bigserial primary key, email text not null unique, name text not null, password_hash text not null,
  address_id bigint unique references addresses);
create table categories (id bigserial primary key, name text not null unique);
create table posts (id bigserial primary key, title text not null, content text not null, author_id bigint not null references users,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create index on posts (author_id);
create table post_categories (post_id bigint not null references posts, category_id bigint not null references categories,
  post_created_at timestamptz, primary key (post_id, category_id));
create index on post_categories (category_id);
-- The first user of Quire is its admin.
insert into users (email, name, password_hash) values ('bench@quire.test', 'Admin', 'none');
