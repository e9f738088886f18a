module quire.test/clients

go 1.19
