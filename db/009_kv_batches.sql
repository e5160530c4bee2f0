-- 009_kv_batches.sql - of which batch an operation of the store is a part.

ALTER TABLE kv_operations ADD COLUMN batch INTEGER; -- number of the batch; NULL: of none
