create table posts (
  id         bigint         generated always as identity,
  version    integer        not null default 0,
  title      varchar(200)   not null,
  content    varchar(100000) not null,
  author_id  bigint         not null,
  created_at timestamp(6) with time zone not null default now(),
  updated_at timestamp(6) with time zone not null default now(),
  constraint posts_pkey primary key (id),
  constraint posts_author_id_fkey foreign key (author_id) references users (id)
);

create index posts_created_at_idx on posts (created_at, id);
create index posts_author_id_idx on posts (author_id, created_at, id);
