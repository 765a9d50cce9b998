-- Typical work for SQLite: inserts in and out of order, indexes, joins, updates, deletes, aggregates, text.
create table t1(a integer primary key, b integer, c text);
create table t2(a integer, b integer, c text);
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 120000)
    insert into t1 select i, i * 7919 % 100003, 'text number ' || (i * 31 % 1009) from n;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 120000)
    insert into t2 select i * 16807 % 100003, i % 977,
        printf('%d and %x and %s', i, i, substr('abcdefghijklmnop', 1, i % 16)) from n;
commit;
create index t1_b on t1(b);
create index t2_a on t2(a);
create index t2_c on t2(c, b);
select count(*), sum(t1.b), max(t2.c) from t1 join t2 on t1.b = t2.a;
select b, count(*), group_concat(a) from t2 group by b order by b limit 3;
select length(group_concat(x, ',')) from (select upper(c) || replace(c, ' ', '_') as x from t2 where c like '%and 1%');
begin;
update t1 set c = c || ' changed', b = b + 1 where b % 3 = 0;
update t2 set b = (select min(t1.b) from t1 where t1.a = t2.b + 1) where a % 5 = 0;
delete from t1 where a % 4 = 1;
insert into t1 select null, a, c from t2 where a % 7 = 0;
commit;
select count(distinct c), total(b) from t1;
with ranked as (select a, b, row_number() over (partition by b % 100 order by c) as place from t1)
    select sum(a) from ranked where place < 10;
select json_array_length(json_group_array(json_object('a', a, 'c', c))) from t2;
drop table t2;
vacuum;
