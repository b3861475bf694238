from fastapi import FastAPI

app = FastAPI(title="Hello World")


@app.get("/")
def hello():
    return {"message": "Hello, World!"}


@app.get("/hello/{name}")
def hello_name(name: str):
    return {"message": f"Hello, {name}!"}
